/** Time to parse an Accept header field of 200 characters on one core. */
import { parseAcceptField } from '../../src/syntax/accept.ts';

/** One figure next to what it is measured against. */
export interface ParseFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'us';
  /** What the figure has to stay below. */
  readonly limit: number;
}

const fields = {
  'Accept of a DICOMweb viewer, 200 characters':
    'multipart/related;type="application/octet-stream";transfer-syntax=*, multipart/related;type="image/jls";q=0.9, ' +
    'application/dicom+json;charset=utf-8;q=0.5, image/png;q=0.25, text/html;level=1, */*;q=0.1',
  'Accept of a browser, 200 characters':
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,image/svg+xml;q=0.85,' +
    '*/*;q=0.8,application/signed-exchange;v="b3";q=0.7,text/plain;charset=utf-8;format=flowed;q=0.5',
  'Accept with a malformed element, 200 characters':
    'multipart/related;type="application/octet-stream";transfer-syntax=*, image/jpeg;q=1.5, image/gif;q=0.75, image/jp2, ' +
    'application/dicom+json;charset=utf-8;q=0.5, image/png;q=0.25, text/html;level=1, a/*;q=0.1',
} as const;

/** Budget of the well-formed fields; one that has to be read element by element may take three times as long. */
const budget = 20;
const batch = 100;
const rounds = 400;

/** The best of many short batches: the time of one core that nothing else has a claim on. */
export function benchParse(): readonly ParseFigure[] {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    value: Math.min(...Array.from({ length: rounds }, () => microsecondsPerParse(field))),
    unit: 'us',
    limit: name.includes('malformed') ? 3 * budget : budget,
  }));
}

function microsecondsPerParse(field: string): number {
  const before = process.hrtime.bigint();
  for (let count = 0; count < batch; count++) parseAcceptField(field);
  return Number(process.hrtime.bigint() - before) / 1_000 / batch;
}

if (import.meta.main) {
  for (const { name, value, limit } of benchParse()) {
    console.log(`${name}: ${value.toFixed(1)} us, budget ${limit} us${value < limit ? '' : ' EXCEEDED'}`);
  }
}
