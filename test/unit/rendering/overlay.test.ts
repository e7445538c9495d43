import { describe, expect, test } from 'vitest';
import type { PixelFrame } from '../../../src/codecs/pixel-frame.ts';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { TransferSyntaxUID } from '../../../src/dicom/transfer-syntax.ts';
import {
  burnInOverlays,
  overlayActivationLayersOf,
  overlayBitmapOf,
  overlayPlanesOf,
  trimmed,
} from '../../../src/rendering/overlay.ts';
import { type BuiltElement, buildInstance } from '../../support/dicom-builder.ts';

const frame: PixelFrame = {
  Rows: 3,
  Columns: 4,
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  samples: Uint16Array.of(0x8001, 2, 3, 4, 5, 0x8006, 7, 8, 9, 10, 0xf00b, 12),
};

interface Overlay {
  readonly group?: number;
  readonly rows: number;
  readonly columns: number;
  readonly origin?: readonly [row: number, column: number];
  readonly type?: string;
  readonly frames?: readonly [count: number, first: number];
  readonly bitPosition?: number;
  readonly data?: readonly number[];
  readonly layer?: string;
}

function elementsOf({ group = 0x6000, ...overlay }: Overlay): BuiltElement[] {
  const base = group * 0x10000;
  return [
    { tag: base + 0x0010, vr: 'US', value: overlay.rows },
    { tag: base + 0x0011, vr: 'US', value: overlay.columns },
    ...(overlay.frames
      ? ([
          { tag: base + 0x0015, vr: 'IS', value: String(overlay.frames[0]) },
          { tag: base + 0x0051, vr: 'US', value: overlay.frames[1] },
        ] as const)
      : []),
    { tag: base + 0x0040, vr: 'CS', value: overlay.type ?? 'G' },
    { tag: base + 0x0050, vr: 'SS', value: [...(overlay.origin ?? [1, 1])] },
    { tag: base + 0x0100, vr: 'US', value: overlay.bitPosition === undefined ? 1 : 16 },
    { tag: base + 0x0102, vr: 'US', value: overlay.bitPosition ?? 0 },
    ...(overlay.layer === undefined ? [] : [{ tag: base + 0x1001, vr: 'CS', value: overlay.layer } as const]),
    ...(overlay.data === undefined
      ? []
      : [{ tag: base + 0x3000, vr: 'OW', value: Uint8Array.from(overlay.data) } as const]),
  ];
}

function dataSetOf(overlays: readonly Overlay[], transferSyntax: string = TransferSyntaxUID.ExplicitVRLittleEndian) {
  const more = overlays.flatMap(elementsOf);
  const read = readPart10(memorySource(buildInstance({ transferSyntax, elements: { more } })));
  if (!read.ok) throw new Error(read.detail);
  return read.part10.dataSet;
}

const bitsOf = (overlay: Overlay, frameNumber = 1, transferSyntax?: string): string | undefined => {
  const [plane] = overlayPlanesOf(dataSetOf([overlay], transferSyntax));
  const bitmap = plane && overlayBitmapOf(plane, frameNumber, frame);
  return bitmap && [...bitmap.bits].join('');
};

describe('overlay planes', () => {
  test('bits run from the least significant one, over the end of octets and rows', () => {
    expect(bitsOf({ rows: 3, columns: 4, data: [0b1010_0001, 0b0000_1000] })).toBe('100001010001');
  });

  test('the words of a big endian file are turned', () => {
    const overlay = { rows: 3, columns: 4, data: [0b1010_0001, 0b0000_1000] };
    expect(bitsOf(overlay, 1, TransferSyntaxUID.ExplicitVRBigEndian)).toBe('100001010001');
  });

  test('bits in the pixel data are those of their position, before unused bits are cut off', () => {
    expect(bitsOf({ rows: 3, columns: 4, bitPosition: 15 })).toBe('100001000010');
    expect(bitsOf({ rows: 3, columns: 4, bitPosition: 12 })).toBe('000000000010');
  });

  test('a position inside of the stored value or outside of the sample is no overlay', () => {
    expect(bitsOf({ rows: 3, columns: 4, bitPosition: 11 })).toBeUndefined();
    expect(bitsOf({ rows: 3, columns: 4, bitPosition: 16 })).toBeUndefined();
  });

  test('several frames belong to the frames of the image from Image Frame Origin on', () => {
    const overlay: Overlay = { rows: 1, columns: 4, frames: [2, 3], data: [0b0011_1000, 0] };
    expect([1, 2, 3, 4, 5].map((frameNumber) => bitsOf(overlay, frameNumber))).toEqual([
      undefined,
      undefined,
      '0001',
      '1100',
      undefined,
    ]);
  });

  test('one without frames is that of every frame', () => {
    expect(bitsOf({ rows: 1, columns: 4, data: [0b0101, 0] }, 7)).toBe('1010');
  });

  test('no rows, no data, and data that are too short do no harm', () => {
    expect(bitsOf({ rows: 0, columns: 4, data: [1, 0] })).toBeUndefined();
    expect(bitsOf({ rows: 2, columns: 4, data: [] })).toBeUndefined();
    expect(bitsOf({ rows: 65535, columns: 65535, data: [255, 255] })).toBeUndefined();
    expect(bitsOf({ rows: 100, columns: 8, data: [255, 255] })).toBe('1'.repeat(16));
  });

  test('are trimmed to what is set in them, with a margin that ends with the plane', () => {
    const bits = Uint8Array.from('000000001000000000001000000000', Number);
    const bitmap = { left: 10, top: 20, width: 6, height: 5, bits };
    expect(trimmed(bitmap, 0)).toEqual({ left: 12, top: 21, width: 1, height: 3, bits: Uint8Array.of(1, 0, 1) });
    expect(trimmed(bitmap, 1)).toMatchObject({ left: 11, top: 20, width: 3, height: 5 });
    expect(trimmed(bitmap, 9)).toEqual(bitmap);
    expect(trimmed({ ...bitmap, bits: new Uint8Array(30) }, 9)).toBeUndefined();
  });

  test('are shown in the layer that activates them', () => {
    const dataSet = dataSetOf([
      { rows: 1, columns: 8, data: [1, 0], layer: 'ONE' },
      { group: 0x6002, rows: 1, columns: 8, data: [1, 0] },
    ]);
    expect([...overlayActivationLayersOf(dataSet)]).toEqual([[0x6000, 'ONE']]);
  });
});

describe('overlays in the picture of an image', () => {
  const image = { width: 4, height: 3, channels: 1, pixels: new Uint8Array(12).fill(9) } as const;
  const burnt = (...overlays: readonly Overlay[]) =>
    [...burnInOverlays(image, overlayPlanesOf(dataSetOf(overlays)), 1, frame).pixels]
      .map((gray) => (gray === 255 ? '#' : gray === 9 ? '.' : '?'))
      .join('');

  test('graphics are white, at their origin, and cut where they leave the image', () => {
    expect(burnt({ rows: 2, columns: 2, origin: [2, 2], data: [0b1111, 0] })).toBe('.....##..##.');
    expect(burnt({ rows: 2, columns: 2, origin: [0, 0], data: [0b1111, 0] })).toBe('#...........');
    expect(burnt({ rows: 2, columns: 2, origin: [3, 4], data: [0b1111, 0] })).toBe('...........#');
    expect(burnt({ rows: 2, columns: 2, origin: [-500, 900], data: [0b1111, 0] })).toBe('............');
  });

  test('all of several are shown, and regions of interest are not', () => {
    const one: Overlay = { rows: 1, columns: 1, data: [1, 0] };
    expect(
      burnt(one, { ...one, group: 0x601e, origin: [3, 4] }, { ...one, group: 0x6004, origin: [2, 2], type: 'R' }),
    ).toBe('#..........#');
  });

  test('in colours they are white as well', () => {
    const colors = { width: 1, height: 1, channels: 3, pixels: Uint8Array.of(1, 2, 3) } as const;
    const planes = overlayPlanesOf(dataSetOf([{ rows: 1, columns: 1, data: [1, 0] }]));
    expect([...burnInOverlays(colors, planes, 1, frame).pixels]).toEqual([255, 255, 255]);
  });
});
