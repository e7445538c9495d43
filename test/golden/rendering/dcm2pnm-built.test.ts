import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { frameBytes, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { renderFrame } from '../../../src/rendering/pixel-pipeline.ts';
import { type BuiltElements, buildInstance, type InstanceToBuild } from '../../support/dicom-builder.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { describeWithTool } from '../../support/tool.ts';

const [Rows, Columns] = [24, 32];
const count = Rows * Columns;
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
const steps = (range: number): readonly number[] => Array.from({ length: count }, (_, i) => (i * 37) % range);
const bits = (BitsAllocated: number, BitsStored: number, HighBit = BitsStored - 1): BuiltElements => ({
  BitsAllocated,
  BitsStored,
  HighBit,
});
const window = (center: number, width: number): BuiltElements => ({
  WindowCenter: String(center),
  WindowWidth: String(width),
});
const lut = (descriptor: readonly number[], data: Uint8Array, vr: 'US' | 'SS' = 'US'): BuiltElements => ({
  more: [
    { tag: 0x00283002, vr, value: [...descriptor] },
    { tag: 0x00283006, vr: 'OW', value: data },
  ],
});
const overlay = (group: number, value: Uint8Array, more: Readonly<Record<number, number | readonly number[]>>) => [
  { tag: group * 0x10000 + 0x0010, vr: 'US' as const, value: Rows },
  { tag: group * 0x10000 + 0x0011, vr: 'US' as const, value: Columns },
  { tag: group * 0x10000 + 0x0040, vr: 'CS' as const, value: 'G' },
  { tag: group * 0x10000 + 0x0100, vr: 'US' as const, value: 1 },
  { tag: group * 0x10000 + 0x0102, vr: 'US' as const, value: 0 },
  ...(more[0x0050] === undefined ? [{ tag: group * 0x10000 + 0x0050, vr: 'SS' as const, value: [1, 1] }] : []),
  ...Object.entries(more).map(([element, values]) => ({
    tag: group * 0x10000 + Number(element),
    vr: Number(element) === 0x0050 ? ('SS' as const) : Number(element) === 0x0015 ? ('IS' as const) : ('US' as const),
    value: typeof values === 'number' ? [values] : [...values],
  })),
  { tag: group * 0x10000 + 0x3000, vr: 'OW' as const, value },
];
const stripes = (seed: number, octets = count / 8): Uint8Array =>
  Uint8Array.from({ length: octets }, (_, i) => (i * seed + 3) & 0xff);

interface Case extends InstanceToBuild {
  readonly options: readonly string[];
  readonly frameNumber?: number;
  /** Levels that DCMTK may be off by: it rounds each of several steps. */
  readonly within?: number;
}

const firstWindow = ['+Wi', '1'];
const firstLut = ['+Wl', '1'];
const minimumToMaximum = ['+Wm'];
const twelveBits = words(...steps(4096));

const cases: Readonly<Record<string, Case>> = {
  'a VOI LUT of eight bits, two entries in each word': {
    pixelData: Uint8Array.from(steps(256)),
    elements: {
      VOILUTSequence: {
        items: [
          lut(
            [256, 0, 8],
            Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
          ),
        ],
      },
    },
    options: firstLut,
  },
  'a VOI LUT of eight bits, an entry in each word': {
    pixelData: Uint8Array.from(steps(256)),
    elements: {
      VOILUTSequence: { items: [lut([256, 0, 8], words(...Array.from({ length: 256 }, (_, i) => i ^ 0x0f)))] },
    },
    options: firstLut,
  },
  'a VOI LUT of twelve bits whose first value mapped is negative': {
    pixelData: words(...steps(4096).map((value) => value - 2048)),
    elements: {
      ...bits(16, 12),
      PixelRepresentation: 1,
      VOILUTSequence: {
        items: [lut([1024, -500, 12], words(...Array.from({ length: 1024 }, (_, i) => (i * 11) & 0xfff)), 'SS')],
      },
    },
    options: firstLut,
  },
  'a Modality LUT whose first value mapped is negative': {
    pixelData: words(...steps(4096).map((value) => value - 2048)),
    elements: {
      ...bits(16, 12),
      PixelRepresentation: 1,
      ModalityLUTSequence: {
        items: [
          {
            ...lut([600, -300, 16], words(...Array.from({ length: 600 }, (_, i) => 100 * i)), 'SS'),
            ModalityLUTType: 'US',
          },
        ],
      },
    },
    options: minimumToMaximum,
  },
  'values at the top of their words': {
    pixelData: words(...steps(4096).map((value) => value << 4)),
    elements: { ...bits(16, 12, 15), ...window(2048, 3000) },
    options: firstWindow,
  },
  'signed values in the middle of their words': {
    pixelData: words(...steps(1024).map((value) => value << 3)),
    elements: { ...bits(16, 10, 12), PixelRepresentation: 1, ...window(0, 700) },
    options: firstWindow,
  },
  'twelve bits without a gap': {
    pixelData: Uint8Array.from({ length: (count * 12) / 8 }, (_, i) => (i * 29) & 0xff),
    elements: { ...bits(12, 12), ...window(2048, 4096) },
    options: firstWindow,
  },
  'one bit': {
    pixelData: stripes(7),
    elements: bits(1, 1),
    options: minimumToMaximum,
  },
  'thirty-two bits, unsigned': {
    pixelData: new Uint8Array(Uint32Array.from(steps(4096), (value) => value * 1_000_003).buffer),
    elements: { ...bits(32, 32), ...window(2_000_000_000, 3_000_000_000) },
    options: firstWindow,
  },
  'MONOCHROME1 with a rescale': {
    pixelData: twelveBits,
    elements: {
      ...bits(16, 12),
      ...{ PhotometricInterpretation: 'MONOCHROME1', RescaleSlope: '0.5', RescaleIntercept: '-100' },
      ...window(800, 1200),
    },
    options: firstWindow,
  },
  'overlays over the edges, to the left and above, and to the right and below': {
    pixelData: twelveBits,
    elements: {
      ...bits(16, 12),
      ...window(2048, 4096),
      more: [...overlay(0x6000, stripes(5), { 80: [-5, -7] }), ...overlay(0x6002, stripes(11), { 80: [17, 21] })],
    },
    options: firstWindow,
  },
  'an overlay beside the image': {
    pixelData: twelveBits,
    elements: { ...bits(16, 12), ...window(2048, 4096), more: overlay(0x6000, stripes(5), { 80: [100, 1] }) },
    options: firstWindow,
  },
  'the frames of an overlay, from the second of the image on': {
    pixelData: words(...steps(4096), ...steps(3000), ...steps(2000)),
    elements: {
      ...bits(16, 12),
      NumberOfFrames: '3',
      ...window(2048, 4096),
      more: overlay(0x6000, stripes(5, count / 4), { 21: 2, 81: 2 }),
    },
    options: firstWindow,
    frameNumber: 3,
  },
  'an overlay in the bits that the pixels leave': {
    pixelData: words(...steps(4096).map((value, i) => value | (i % 5 === 0 ? 0x8000 : 0))),
    elements: {
      ...bits(16, 12),
      ...window(2048, 4096),
      more: overlay(0x6000, stripes(5), {})
        .filter(({ tag }) => tag !== 0x60003000 && tag !== 0x60000100 && tag !== 0x60000102)
        .concat([
          { tag: 0x60000100, vr: 'US', value: 16 },
          { tag: 0x60000102, vr: 'US', value: 15 },
        ]),
    },
    options: firstWindow,
  },
  'YBR_FULL_422, half of the chrominance left out': {
    pixelData: Uint8Array.from({ length: count * 2 }, (_, i) => (i * 13) & 0xff),
    elements: { SamplesPerPixel: 3, PhotometricInterpretation: 'YBR_FULL_422', PlanarConfiguration: 0 },
    options: [],
    within: 2,
  },
  'YBR_FULL by plane': {
    pixelData: Uint8Array.from({ length: count * 3 }, (_, i) => (i * 13) & 0xff),
    elements: { SamplesPerPixel: 3, PhotometricInterpretation: 'YBR_FULL', PlanarConfiguration: 1 },
    options: [],
    within: 2,
  },
  'RGB of sixteen bits': {
    pixelData: words(...Array.from({ length: count * 3 }, (_, i) => (i * 1013) & 0xffff)),
    elements: { ...bits(16, 16), SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 },
    options: [],
  },
  'a palette of sixteen bits from its tenth value on': {
    pixelData: Uint8Array.from(steps(256)),
    elements: {
      PhotometricInterpretation: 'PALETTE COLOR',
      RedPaletteColorLookupTableDescriptor: words(200, 10, 16),
      GreenPaletteColorLookupTableDescriptor: words(200, 10, 16),
      BluePaletteColorLookupTableDescriptor: words(200, 10, 16),
      RedPaletteColorLookupTableData: words(...Array.from({ length: 200 }, (_, i) => (i * 257) & 0xffff)),
      GreenPaletteColorLookupTableData: words(...Array.from({ length: 200 }, (_, i) => (i * 300) & 0xffff)),
      BluePaletteColorLookupTableData: words(...Array.from({ length: 200 }, (_, i) => 0xffff - i * 300)),
    },
    options: [],
  },
};

describeWithTool('dcm2pnm', 'built images beside dcm2pnm of DCMTK', () => {
  test.each(Object.entries(cases))('%s', async (_, { options, frameNumber = 1, within = 1, elements, ...instance }) => {
    const object = buildInstance({ ...instance, elements: { Rows, Columns, ...elements } });
    const file = path.join(temporaryDirectory(), 'image.dcm');
    writeFileSync(file, object);
    const [ours, theirs] = [await rendered(object, frameNumber), dcmtk(file, [...options, '+F', String(frameNumber)])];
    expect(ours.length).toBe(theirs.length);
    expect(ours.reduce((most, level, i) => Math.max(most, Math.abs(level - theirs[i]!)), 0)).toBeLessThanOrEqual(
      within,
    );
  });
});

async function rendered(object: Uint8Array, frameNumber: number): Promise<Uint8Array> {
  const source = memorySource(object);
  const indexed = indexInstance(source);
  if (!indexed.ok) throw new Error(indexed.detail);
  const { index, part10 } = indexed;
  const { offset, length } = frameRange(index.frames!, frameNumber)!;
  const frame = frameBytes(index.frames!, frameNumber, source.read(offset, length));
  const toRender = { image: index.image!, transferSyntaxUID: index.TransferSyntaxUID, frame, frameNumber };
  const png = sharp(await renderFrame({ dataSet: part10.dataSet, ...toRender }, 'image/png', {}));
  const { channels } = await png.metadata();
  return png
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

function dcmtk(file: string, options: readonly string[]): Uint8Array {
  const pnm = execFileSync('dcm2pnm', [...options, '--write-raw-pnm', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const isGray = pnm.subarray(0, 2).toString('latin1') === 'P5';
  return pnm.subarray(pnm.length - Rows * Columns * (isGray ? 1 : 3));
}
