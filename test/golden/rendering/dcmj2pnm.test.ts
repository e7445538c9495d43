import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fileSource } from '../../../src/dicom/byte-source.ts';
import { frameBytes, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { inflatedSource } from '../../../src/dicom/part10.ts';
import { renderFrame } from '../../../src/rendering/pixel-pipeline.ts';
import type { RenderingParameters } from '../../../src/rendering/rendering-parameters.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { describeWithTool } from '../../support/tool.ts';

interface Case {
  readonly file: string;
  /** How DCMTK is told to do what PS3.4 N.2 and D-49 ask for; graphic overlays it shows by itself. */
  readonly options: readonly string[];
  readonly parameters?: RenderingParameters;
}

const firstWindow = ['+Wi', '1'];
const minimumToMaximum = ['+Wm'];

/** Provenance of the expectations, and what differs and why: test/golden/provenance.yaml. */
const cases: readonly Case[] = [
  { file: 'image/CTImage_implicit_le.dcm', options: firstWindow },
  { file: 'image/CTImage_deflated.dcm', options: firstWindow },
  { file: 'image/MR_small_bigendian.dcm', options: firstWindow },
  { file: 'image/MR4_RLE.dcm', options: firstWindow },
  { file: 'image/dx_image.dcm', options: firstWindow },
  { file: 'image/sc_embedded_overlay.dcm', options: firstWindow },
  { file: 'image/mlut_18.dcm', options: minimumToMaximum },
  { file: 'image/pixeldepth_10bit_signed.dcm', options: minimumToMaximum },
  { file: 'image/vlut_04.dcm', options: ['+Wl', '1'] },
  { file: 'multiframe/NM-MONO2-16-13x-heart.dcm', options: firstWindow },
  { file: 'presentation/SPAT_P06.image.dcm', options: ['-W'] },
  { file: 'presentation/RA600_ct11.image.dcm', options: firstWindow },
  { file: 'presentation/OVLY_P01.image.dcm', options: minimumToMaximum },
  { file: 'rt/rtdose.dcm', options: minimumToMaximum },
  { file: 'image/SC_rgb_dcmtk_+eb+cr.dcm', options: [] },
  { file: 'image/SC_rgb_rle_32bit.dcm', options: [] },
  { file: 'image/SC_rgb_small_odd_big_endian.dcm', options: [] },
  { file: 'image/SC_ybr_full_422_uncompressed.dcm', options: [] },
  { file: 'image/TestPattern_Palette_16.dcm', options: [] },
  { file: 'image/color-pl.dcm', options: [] },
  {
    file: 'image/CTImage_implicit_le.dcm',
    options: ['+Ww', '40', '400'],
    parameters: { window: { center: 40, width: 400, shape: 'linear' } },
  },
  {
    file: 'image/CTImage_implicit_le.dcm',
    options: ['+Wfs', '+Ww', '40', '400'],
    parameters: { window: { center: 40, width: 400, shape: 'sigmoid' } },
  },
  {
    file: 'image/dx_image.dcm',
    options: ['+Ww', '100', '90'],
    parameters: { window: { center: 100, width: 90, shape: 'linear' } },
  },
];

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

describeWithTool('dcmj2pnm', 'rendered PNG against DCMTK', () => {
  describeCorpus('real images', () => {
    test.each(cases)('$file $options differs by at most one grey level', async ({ file, options, parameters = {} }) => {
      const [ours, theirs] = [await rendered(corpusPath(file), parameters), dcmtk(corpusPath(file), options)];
      expect([ours.width, ours.height, ours.channels]).toEqual([theirs.width, theirs.height, theirs.channels]);
      let largest = 0;
      for (let i = 0; i < theirs.data.length; i++)
        largest = Math.max(largest, Math.abs(ours.data[i]! - theirs.data[i]!));
      expect(largest).toBeLessThanOrEqual(1);
    });
  });
});

async function rendered(path: string, parameters: RenderingParameters): Promise<Pixels> {
  const fd = openSync(path, 'r');
  try {
    const file = fileSource(fd, fstatSync(fd).size);
    const indexed = indexInstance(file);
    if (!indexed.ok) throw new Error(indexed.detail);
    const { index, part10 } = indexed;
    const inflated = part10.transferSyntax.deflated ? inflatedSource(file, index.dataSetOffset) : undefined;
    const source = inflated?.ok ? inflated.source : file;
    const { offset, length } = frameRange(index.frames!, 1)!;
    const frame = frameBytes(index.frames!, 1, source.read(offset, length));
    const toRender = { image: index.image!, transferSyntaxUID: index.TransferSyntaxUID, frame, frameNumber: 1 };
    const png = await renderFrame({ dataSet: part10.dataSet, ...toRender }, 'image/png', parameters);
    const { channels = 0 } = await sharp(png).metadata();
    const decoded = sharp(png)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw();
    const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels, data };
  } finally {
    closeSync(fd);
  }
}

function dcmtk(path: string, options: readonly string[]): Pixels {
  const pnm = execFileSync('dcmj2pnm', [...options, '--frame', '1', '--write-raw-pnm', path], {
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 256 * 1024 * 1024,
  });
  const header = /^P([56])\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(pnm.subarray(0, 512).toString('latin1'));
  if (header === null) throw new Error('dcmj2pnm has written no picture.');
  const [head, kind, width, height] = header;
  return {
    width: Number(width),
    height: Number(height),
    channels: kind === '5' ? 1 : 3,
    data: pnm.subarray(head.length),
  };
}
