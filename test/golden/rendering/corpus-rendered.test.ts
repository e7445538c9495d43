import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { frameBytes, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { renderFrame } from '../../../src/rendering/pixel-pipeline.ts';
import type { Viewport } from '../../../src/syntax/viewport.ts';
import type { Window } from '../../../src/syntax/window.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';

interface Picture {
  readonly file: string;
  readonly frame: number;
  readonly window?: Window;
  readonly size: readonly [width: number, height: number, channels: number];
  readonly mean: number;
  /** Octets at even distances from the first to the last, in base64. */
  readonly samples: string;
}

/** Provenance of the expectations, and what differs and why: test/golden/provenance.yaml. */
const golden: { readonly samples: number; readonly pictures: readonly Picture[] } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'corpus-rendered.json'), 'utf8'),
);

describeCorpus('rendered PNG against the formulas of PS3.3, by numpy', () => {
  test.each(golden.pictures)('$file frame $frame $window.shape', async (picture) => {
    const { data, size } = await rendered(picture);
    expect(size).toEqual(picture.size);
    const expected = Buffer.from(picture.samples, 'base64');
    let largest = 0;
    for (let i = 0; i < golden.samples; i++) {
      const place = Math.trunc((i * (data.length - 1)) / (golden.samples - 1));
      largest = Math.max(largest, Math.abs(data[place]! - expected[i]!));
    }
    expect(largest).toBeLessThanOrEqual(1);
    expect(Math.abs(data.reduce((sum, octet) => sum + octet, 0) / data.length - picture.mean)).toBeLessThan(0.5);
  });
});

describeCorpus('pixels that are not square', () => {
  test.each([
    // Rows, Columns and Pixel Aspect Ratio (vertical by horizontal) by hand.
    { file: 'multiframe/us_cine_aspect_536_670.dcm', width: 480, height: 346 },
    { file: 'image/color-pl.dcm', width: 480, height: 300 },
  ])('$file keeps its shape in a viewport', async ({ file, width, height }) => {
    const { size } = await rendered({ file, frame: 1 }, { vw: 480, vh: 480 });
    expect(size).toEqual([width, height, 3]);
  });
});

async function rendered(
  { file, frame: frameNumber, window }: Pick<Picture, 'file' | 'frame' | 'window'>,
  viewport?: Viewport,
) {
  const object = readFileSync(corpusPath(file));
  const indexed = indexInstance(memorySource(object));
  if (!indexed.ok) throw new Error(indexed.detail);
  const { index, part10 } = indexed;
  const { offset, length } = frameRange(index.frames!, frameNumber)!;
  const frame = frameBytes(index.frames!, frameNumber, object.subarray(offset, offset + length));
  const source = { image: index.image!, transferSyntaxUID: index.TransferSyntaxUID, frame, frameNumber };
  const parameters = { ...(window && { window }), ...(viewport && { viewport }) };
  const png = await renderFrame({ dataSet: part10.dataSet, ...source }, 'image/png', parameters);
  const { channels = 0 } = await sharp(png).metadata();
  const { data, info } = await sharp(png)
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, size: [info.width, info.height, info.channels] };
}
