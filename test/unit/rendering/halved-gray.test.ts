import { describe, expect, test } from 'vitest';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import type { ImagePixel } from '../../../src/dicom/image-pixel.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { decodePortableAnymap, portableAnymap } from '../../../src/rendering/encode/portable-anymap.ts';
import { renderFrame, toDisplayedValues } from '../../../src/rendering/pixel-pipeline.ts';
import { resample } from '../../../src/rendering/resample.ts';
import { viewportGeometry } from '../../../src/rendering/viewport.ts';
import { buildInstance } from '../../support/dicom-builder.ts';

const read = readPart10(memorySource(buildInstance({ elements: {} })));
if (!read.ok) throw new Error(read.detail);
const { dataSet } = read.part10;
const window = { center: 500, width: 900, shape: 'linear' } as const;

function frameOf(Columns: number, Rows: number): { image: ImagePixel; frame: PixelFrame } {
  const image: ImagePixel = {
    Rows,
    Columns,
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME1',
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 1,
    PlanarConfiguration: 0,
    NumberOfFrames: 1,
    pixelData: 'PixelData',
  };
  const samples = Int16Array.from({ length: Rows * Columns }, (_, i) => (Math.imul(i, 2654435761) >>> 22) - 60);
  return { image, frame: { ...image, samples } };
}

describe('Grey levels that are halved as they are rendered', () => {
  test.each([
    [64, 64, 32],
    [64, 64, 16],
    [64, 64, 5],
    [61, 64, 30],
    [64, 61, 30],
    [7, 5, 3],
    [3, 3, 1],
    [101, 2, 50],
  ])('%i x %i pixels in a viewport of %i are the same as those rendered whole', async (columns, rows, side) => {
    const { image, frame } = frameOf(columns, rows);
    const viewport = { vw: side, vh: side };
    const octets = new Uint8Array(frame.samples.buffer);
    const source = { dataSet, image, transferSyntaxUID: '1.2.840.10008.1.2.1', frame: octets, frameNumber: 1 };
    const shrunk = decodePortableAnymap(await renderFrame(source, portableAnymap, { viewport, window }));
    const whole = resample(toDisplayedValues(frame, dataSet, 1, { window }), viewportGeometry(viewport, columns, rows));
    expect({ ...shrunk, pixels: [...shrunk.pixels] }).toEqual({ ...whole, pixels: [...whole.pixels] });
  });

  test.each([0, 1, 2, 3])('words at octet %i of a buffer come out as they do at its start', async (start) => {
    const { image, frame } = frameOf(33, 3);
    const octets = new Uint8Array(frame.samples.buffer);
    const moved = new Uint8Array([...new Uint8Array(start), ...octets]).subarray(start);
    const rendered = async (own: Uint8Array) => {
      const source = { dataSet, image, transferSyntaxUID: '1.2.840.10008.1.2.1', frame: own, frameNumber: 1 };
      return [...(await renderFrame(source, portableAnymap, { window }))];
    };
    expect(await rendered(moved)).toEqual(await rendered(octets));
  });
});
