import { describe, expect, test } from 'vitest';
import { keywordOf, Tag, unsignedOrSigned, vrOf } from '../../generated/dictionary.ts';
import { requirements } from '../../generated/requirements.ts';
import {
  bulkDataTransferSyntaxes,
  characterSets,
  dicomMediaTypes,
  mediaTypeNames,
  renderedMediaTypes,
  storeInstancesFailureReasons,
  storeInstancesWarningReasons,
} from '../../generated/tables.ts';
import { readRegistry } from '../../scripts/generate/requirements.ts';
import { readTables } from '../../scripts/generate/tables.ts';

describe('the tables', () => {
  const tables = readTables();
  const sources = readRegistry().sources.map(({ key }) => key);

  test.each([...tables])('%s names its source, and its rows have the same columns', (_, table) => {
    expect(sources).toContain(table.source);
    expect(table.title).not.toBe('');
    for (const row of table.rows) {
      expect(Object.keys(row)).toEqual(Object.keys(table.rows[0]!));
      if (row.requirementId !== undefined) expect(requirements).toHaveProperty([row.requirementId as string]);
    }
  });

  test('each media type of bulk data has exactly one default transfer syntax, and each syntax one media type', () => {
    const defaults = bulkDataTransferSyntaxes.filter((row) => row.default).map((row) => row.mediaType);
    expect(defaults).toEqual([...new Set(bulkDataTransferSyntaxes.map((row) => row.mediaType))]);
    const uids = bulkDataTransferSyntaxes.map((row) => row.transferSyntaxUID);
    expect(new Set(uids).size).toBe(uids.length);
  });

  test('every image and video type of a WADO-RS resource has transfer syntaxes, under its present name', () => {
    const present = new Map<string, string>(
      mediaTypeNames.flatMap(({ name, otherNames }) => otherNames.map((other) => [other, name])),
    );
    const encoded = dicomMediaTypes.map(({ mediaType }) => mediaType).filter((type) => /^(image|video)\//.test(type));
    for (const type of encoded) {
      expect(bulkDataTransferSyntaxes.map(({ mediaType }) => mediaType)).toContain(present.get(type) ?? type);
    }
  });

  test('a resource category has at most one default rendered media type', () => {
    for (const mode of ['URI', 'WS', 'RS'] as const) {
      const categories = renderedMediaTypes.filter((row) => row[mode] === 'default').map((row) => row.category);
      expect(categories).toEqual(['Single Frame Image', 'Text']);
    }
  });

  test('reason codes are the value of their hexadecimal form', () => {
    for (const { hex, code } of [...storeInstancesFailureReasons, ...storeInstancesWarningReasons]) {
      expect(code).toBe(Number.parseInt(hex, 16));
    }
  });

  test('a charset name is understood by the platform or is one of the ISO 2022 family', () => {
    for (const { charset } of characterSets) {
      if (!charset.startsWith('ISO-2022-')) expect(() => new TextDecoder(charset)).not.toThrow();
    }
  });
});

describe('the data dictionary (PS3.6)', () => {
  test.each([
    ['an attribute', Tag.PatientName, 'PN', 'PatientName'],
    ['a retired attribute', 0x00080010, 'SH', 'RecognitionCode'],
    ['a private creator', 0x00090010, 'LO', undefined],
    ['a private attribute', 0x00091001, undefined, undefined],
    ['a group length', 0x00080000, 'UL', undefined],
    ['a private group length', 0x00090000, 'UL', undefined],
    ['an overlay of a repeating group', 0x60023000, 'OW', 'OverlayData'],
    ['an odd group beside the overlays', 0x60013000, undefined, undefined],
    ['a curve', 0x50040010, 'US', 'NumberOfPoints'],
    ['a repeating element', 0x00203142, 'CS', 'SourceImageIDs'],
    ['pixel data', Tag.PixelData, 'OW', 'PixelData'],
    ['US or SS', Tag.PixelPaddingValue, 'US', 'PixelPaddingValue'],
    ['US or OW', Tag.LUTData, 'OW', 'LUTData'],
    [
      'a row mended in the dictionary',
      Tag.ViewOrientationModifierCodeSequence,
      'SQ',
      'ViewOrientationModifierCodeSequence',
    ],
    ['an item', 0xfffee000, undefined, undefined],
  ])('knows %s', (_, tag, vr, keyword) => {
    expect([vrOf(tag), keywordOf(tag)]).toEqual([vr, keyword]);
  });

  test('says which attributes Pixel Representation decides', () => {
    expect(unsignedOrSigned.has(Tag.SmallestImagePixelValue)).toBe(true);
    expect(unsignedOrSigned.has(Tag.Rows)).toBe(false);
  });
});
