import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';

const root = process.env.FIDUCIAL_CORPUS ?? path.resolve(import.meta.dirname, '../../../shared/corpus');

/** Whether the folder of real DICOM files is there. */
export const hasCorpus = existsSync(path.join(root, 'manifest.csv'));

/** Absolute path of a file of the corpus, e.g. `corpusPath('image/MR_small_bigendian.dcm')`. */
export function corpusPath(name = ''): string {
  return path.join(root, name);
}

/** A block of tests that needs the corpus; left out, with its reason in the title, where it is not there. */
export function describeCorpus(title: string, run: () => void): void {
  if (hasCorpus) describe(title, run);
  else describe.skip(`${title} (left out: no corpus at ${root}; set FIDUCIAL_CORPUS)`, run);
}
