import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memorySource } from '../../../src/dicom/byte-source.ts';
import { frameBytes, frameRange } from '../../../src/dicom/frame-index.ts';
import { indexInstance } from '../../../src/dicom/instance-index.ts';
import { readPart10 } from '../../../src/dicom/part10.ts';
import { renderPresentation } from '../../../src/rendering/presentation-state/presentation-pipeline.ts';
import { presentationStateOf } from '../../../src/rendering/presentation-state/presentation-state.ts';
import { corpusPath, describeCorpus } from '../../support/corpus.ts';
import { type BuiltElements, buildInstance, testUID } from '../../support/dicom-builder.ts';
import {
  buildPresentationState,
  displayedArea,
  referencedImage,
  referencedSeries,
} from '../../support/presentation-state.ts';
import { describeWithTool } from '../../support/tool.ts';

interface Gray {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

async function rendered(image: Uint8Array, presentationState: Uint8Array): Promise<Gray> {
  const source = memorySource(image);
  const indexed = indexInstance(source);
  const state = readPart10(memorySource(presentationState));
  if (!indexed.ok || !state.ok) throw new Error('Not readable');
  const { index, part10 } = indexed;
  const range = frameRange(index.frames!, 1)!;
  const png = await renderPresentation(
    {
      dataSet: part10.dataSet,
      image: index.image!,
      transferSyntaxUID: index.TransferSyntaxUID,
      frame: frameBytes(index.frames!, 1, source.read(range.offset, range.length)),
      frameNumber: 1,
      presentationState: presentationStateOf(state.part10.dataSet),
    },
    'image/png',
    {},
  );
  const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

let directory: string;

/** The picture that DCMTK makes: of the whole image, as it does not heed the displayed area. */
function expected(image: string, presentationState: string): Gray {
  const file = path.join(directory, 'expected.pgm');
  execFileSync('dcmp2pgm', ['-q', '--pstate', presentationState, image, file], { stdio: 'ignore' });
  const pgm = readFileSync(file);
  const header = /^P5\s+(\d+) (\d+) 255\s/.exec(pgm.subarray(0, 60).toString('latin1'))!;
  const [width, height] = [Number(header[1]), Number(header[2])];
  return { width, height, pixels: pgm.subarray(pgm.length - width * height) };
}

function cut({ width, pixels }: Gray, left: number, top: number, columns: number, rows: number): Uint8Array {
  return Uint8Array.from(
    { length: columns * rows },
    (_, i) => pixels[(top + Math.floor(i / columns)) * width + left + (i % columns)]!,
  );
}

function mostDifferent(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

describeWithTool('dcmp2pgm', 'Presentation States beside dcmp2pgm of DCMTK', () => {
  beforeAll(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'fiducial-dcmp2pgm-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  describeCorpus('the self-checking test set', () => {
    for (const name of ['SPAT_P06', 'XLUT_P03', 'DISH_P07']) {
      test(`${name} is the same to the last bit`, async () => {
        const [image, state] = [
          corpusPath(`presentation/${name}.image.dcm`),
          corpusPath(`presentation/${name}.pr.dcm`),
        ];
        expect(await rendered(readFileSync(image), readFileSync(state))).toEqual(expected(image, state));
      });
    }

    test('DISA_P01 is the displayed area of what DCMTK shows whole', async () => {
      const [image, state] = [
        corpusPath('presentation/DISA_P01.image.dcm'),
        corpusPath('presentation/DISA_P01.pr.dcm'),
      ];
      const ours = await rendered(readFileSync(image), readFileSync(state));
      expect([ours.width, ours.height]).toEqual([512, 512]);
      expect(ours.pixels).toEqual(Buffer.from(cut(expected(image, state), 384, 194, 512, 512)));
    });
  });

  const [columns, rows] = [48, 40];
  /** Twelve bits, all over their range. */
  const built = (elements: BuiltElements): Uint8Array =>
    buildInstance({
      pixelData: new Uint8Array(Uint16Array.from({ length: columns * rows }, (_, i) => (i * 37) & 0xfff).buffer),
      elements: {
        Rows: rows,
        Columns: columns,
        BitsAllocated: 16,
        BitsStored: 12,
        HighBit: 11,
        StudyDate: '20260101',
        SOPInstanceUID: testUID(1, 1, 1),
        ...elements,
      },
    });
  const lut = (first: number, bits: number, entries: readonly number[]): BuiltElements => ({
    more: [
      { tag: 0x00283002, vr: 'US', value: [entries.length, first, bits] },
      { tag: 0x00283006, vr: 'US', value: [...entries] },
    ],
    ModalityLUTType: 'US',
  });
  const both: BuiltElements = {
    ...referencedSeries([{ SeriesInstanceUID: testUID(1, 1), SOPInstanceUID: testUID(1, 1, 1) }]),
    ...displayedArea([1, 1], [columns, rows]),
    // What DCMTK wants before it reads a Presentation State.
    StudyDate: '',
    StudyTime: '',
    ReferringPhysicianName: '',
    StudyID: '1',
    AccessionNumber: '',
    PatientBirthDate: '',
    PatientSex: '',
    Manufacturer: 'Test',
    ContentLabel: 'TEST',
    ContentDescription: '',
    ContentCreatorName: '',
    PresentationCreationDate: '20260101',
    PresentationCreationTime: '120000',
  };

  /** A title, what the Presentation State says, and what is different about the image. */
  const cases: Readonly<Record<string, BuiltElements | readonly [state: BuiltElements, image: BuiltElements]>> = {
    'no transformation at all': {},
    'an image with a window and a rescale of its own': [
      {},
      { WindowCenter: '100', WindowWidth: '50', RescaleSlope: '3', RescaleIntercept: '-7' },
    ],
    'an image of MONOCHROME1': [{}, { PhotometricInterpretation: 'MONOCHROME1' }],
    'a signed image': [
      { SoftcopyVOILUTSequence: { items: [{ WindowCenter: '-100', WindowWidth: '1000' }] } },
      { PixelRepresentation: 1 },
    ],
    'a Modality LUT of 300 entries from 500 on': {
      ModalityLUTSequence: {
        items: [
          lut(
            500,
            12,
            Array.from({ length: 300 }, (_, i) => (i * 13) & 0xfff),
          ),
        ],
      },
    },
    'a VOI LUT of 4096 entries': {
      SoftcopyVOILUTSequence: {
        items: [
          {
            VOILUTSequence: {
              items: [
                lut(
                  0,
                  8,
                  Array.from({ length: 4096 }, (_, i) => (i >> 4) ^ 0x55),
                ),
              ],
            },
          },
        ],
      },
    },
    'a window and a Presentation LUT of 256 entries': {
      SoftcopyVOILUTSequence: { items: [{ WindowCenter: '2048', WindowWidth: '3000' }] },
      PresentationLUTShape: undefined,
      PresentationLUTSequence: {
        items: [
          lut(
            0,
            12,
            Array.from({ length: 256 }, (_, i) => 4095 - i * 16),
          ),
        ],
      },
    },
    'one window for the image, another for others': {
      SoftcopyVOILUTSequence: {
        items: [
          { ...referencedImage(testUID(1, 1, 9)), WindowCenter: '10', WindowWidth: '20' },
          { ...referencedImage(testUID(1, 1, 1)), WindowCenter: '1000', WindowWidth: '2000' },
        ],
      },
    },
    'a rescale and a window': {
      RescaleSlope: '2',
      RescaleIntercept: '-1000',
      RescaleType: 'US',
      SoftcopyVOILUTSequence: { items: [{ WindowCenter: '3000', WindowWidth: '5000' }] },
    },
    'an inverse shape': { PresentationLUTShape: 'INVERSE' },
    'three quarters of a turn and a flip': { ImageRotation: 270, ImageHorizontalFlip: 'Y' },
    'half a turn': { ImageRotation: 180, ImageHorizontalFlip: 'N' },
  };

  for (const [title, what] of Object.entries(cases)) {
    const [elements, own] = Array.isArray(what)
      ? (what as readonly [BuiltElements, BuiltElements])
      : [what as BuiltElements, {}];
    test(`${title}: within a grey level`, async () => {
      const state = buildPresentationState(testUID(1, 90, 1), { ...both, ...elements });
      const image = built(own);
      const files = [path.join(directory, 'image.dcm'), path.join(directory, 'state.dcm')] as const;
      writeFileSync(files[0], image);
      writeFileSync(files[1], state);
      const [ours, theirs] = [await rendered(image, state), expected(...files)];
      expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
      expect(mostDifferent(ours.pixels, theirs.pixels)).toBeLessThanOrEqual(1);
    });
  }
});
