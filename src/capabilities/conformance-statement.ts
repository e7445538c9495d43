import { readFileSync } from 'node:fs';

/** The DICOM Conformance Statement (PS3.2) as Markdown, as the trace wrote it from the records and the last test run. */
export function conformanceStatement(): string {
  return readFileSync(new URL('../../generated/conformance/conformance-statement.md', import.meta.url), 'utf8');
}
