import { crc32, gunzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adler32, combineAdler32 } from '../../src/dicom/adler-32.ts';
import { combineCrc32, crc32Shift } from '../../src/dicom/crc-32.ts';
import type { DicomJson, JsonAttribute } from '../../src/dicom/json-model.ts';
import { encodeMetadataDocument, metadataStream } from '../../src/dicom/metadata-document.ts';
import { parseXmlModel, toXmlModel } from '../../src/dicom/xml-model.ts';

const characters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => text.trim() !== '');

const valuesByVR: Readonly<Record<string, fc.Arbitrary<NonNullable<JsonAttribute['Value']>[number]>>> = {
  LO: characters,
  LT: characters,
  DS: fc.double({ noDefaultInfinity: true, noNaN: true }),
  IS: fc.integer(),
  US: fc.nat(65535),
  FD: fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.constantFrom('NaN', 'Infinity', '-Infinity')),
  AT: fc.nat(0x7fffffff).map((tag) => tag.toString(16).toUpperCase().padStart(8, '0')),
  PN: fc
    .record({ Alphabetic: characters, Ideographic: characters, Phonetic: characters }, { requiredKeys: ['Alphabetic'] })
    .filter((name) => Object.values(name).every((group) => !group.includes('='))),
};

const leaf: fc.Arbitrary<JsonAttribute> = fc.oneof(
  ...Object.entries(valuesByVR).map(([vr, value]) =>
    fc
      .array(fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) }), { maxLength: 3 })
      .map((Value): JsonAttribute => (Value.length === 0 ? { vr } : { vr, Value })),
  ),
  fc.base64String({ minLength: 4, maxLength: 16 }).map((InlineBinary) => ({ vr: 'OB', InlineBinary })),
  fc.webPath().map((path) => ({ vr: 'OW', BulkDataURI: `/studies${path}` })),
);

const tag = fc
  .tuple(fc.integer({ min: 8, max: 0x7fe0 }), fc.integer({ min: 0x1000, max: 0xffff }))
  .map(([group, element]) => (group * 0x10000 + element).toString(16).toUpperCase().padStart(8, '0'));

const { dataSet } = fc.letrec<{ attribute: JsonAttribute; dataSet: DicomJson }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('dataSet'), { minLength: 1, maxLength: 2 }).map((Value) => ({ vr: 'SQ', Value })),
  ),
  dataSet: fc.dictionary(tag, tie('attribute'), { maxKeys: 5, noNullPrototype: true }),
}));

describe('metadata', () => {
  test('a Native DICOM Model is read back as what it was written from', () => {
    fc.assert(
      fc.property(dataSet, (json) => {
        // -0 has no sign in a text.
        const expected = JSON.parse(JSON.stringify(json)) as DicomJson;
        expect(parseXmlModel(toXmlModel(json))).toEqual({ ok: true, json: expected });
      }),
      { numRuns: 300 },
    );
  });

  test('documents come out as they went in, under any coding', async () => {
    const absolute = (json: DicomJson, root: string) =>
      JSON.parse(JSON.stringify(json).replaceAll('"BulkDataURI":"', `"BulkDataURI":"${root}`)) as DicomJson;
    await fc.assert(
      fc.asyncProperty(fc.array(dataSet, { maxLength: 6 }), async (data) => {
        const root = 'https://h.example/rs';
        const documents = data.map((json) => encodeMetadataDocument(JSON.stringify(json)));
        const bodies = { gzip: gunzipSync, deflate: inflateSync, identity: (body: Buffer) => body } as const;
        for (const [coding, decode] of Object.entries(bodies)) {
          const chunks: Uint8Array[] = [];
          for await (const chunk of metadataStream(documents, root, coding as keyof typeof bodies)) chunks.push(chunk);
          const json: unknown = JSON.parse(decode(Buffer.concat(chunks)).toString('utf8'));
          expect(json).toEqual(data.map((each) => absolute(each, root)));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('any text is a Native DICOM Model or refused with its place, never an exception', () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom('<', '>', '</', '/>', '&', ';', '"', '=', ' ', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>'),
        fc.constantFrom(
          'NativeDicomModel',
          'DicomAttribute',
          'Item',
          'Value',
          'number',
          'tag',
          'vr',
          '00081140',
          'SQ',
          '1',
        ),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(text, (pieces) => {
        expect(typeof parseXmlModel(pieces.join('')).ok).toBe('boolean');
        expect(typeof parseXmlModel(`<NativeDicomModel>${pieces.join('')}</NativeDicomModel>`).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

describe('checksums', () => {
  const data = fc.uint8Array({ maxLength: 9000, size: 'max' });

  test('the CRC-32 of joined data follows from those of its parts', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), crc32Shift(b.length))).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
  });

  test('so does the Adler-32', () => {
    fc.assert(
      fc.property(data, data, (a, b) => {
        expect(combineAdler32(adler32(a), adler32(b), b.length)).toBe(adler32(Buffer.concat([a, b])));
      }),
    );
  });
});
