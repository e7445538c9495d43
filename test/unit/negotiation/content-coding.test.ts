import { describe, expect } from 'vitest';
import { selectContentCoding } from '../../../src/negotiation/content-coding.ts';
import { requirement } from '../../support/requirement.ts';

const cases: readonly [acceptEncoding: string | undefined, coding: string, requirement: string][] = [
  [undefined, 'identity', 'R-000-076'],
  ['', 'identity', 'R-000-076'],
  ['gzip', 'gzip', 'R-000-074'],
  ['x-gzip', 'gzip', 'R-000-074'],
  ['GZIP;Q=0.5', 'gzip', 'R-000-074'],
  ['deflate', 'deflate', 'R-000-075'],
  ['gzip, deflate, br', 'gzip', 'R-000-074'],
  ['deflate, gzip;q=0.9', 'deflate', 'R-000-075'],
  ['identity', 'identity', 'R-000-076'],
  ['identity;q=0.5, gzip;q=0.3', 'identity', 'R-000-076'],
  ['*', 'gzip', 'R-000-074'],
  ['gzip;q=0, *', 'deflate', 'R-000-075'],
  ['br', 'identity', 'R-000-073'],
  ['br, *;q=0', 'identity', 'R-000-073'],
  ['identity;q=0', 'identity', 'R-000-073'],
  ['gzip;q=1.5', 'identity', 'R-000-073'],
];

describe('content coding of metadata (WADO-RS Retrieve Metadata, D-40)', () => {
  for (const [acceptEncoding, coding, id] of cases) {
    requirement(id, `Accept-Encoding ${JSON.stringify(acceptEncoding)} gives ${coding}`, () => {
      expect(selectContentCoding(acceptEncoding)).toBe(coding);
    });
  }
});
