import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ImportProgress, importPaths } from '../../../src/import/import-paths.ts';
import { openEmbeddedInstanceStore } from '../../../src/storage/embedded.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('files and folders are imported, whatever fails is reported, and a second import finds duplicates', async () => {
  const instanceStore = await openEmbeddedInstanceStore(temporaryDirectory());
  onTestFinished(() => instanceStore.close());
  const folder = temporaryDirectory();
  mkdirSync(path.join(folder, 'series', 'empty'), { recursive: true });
  for (let number = 1; number <= 20; number += 1) {
    writeFileSync(
      path.join(folder, 'series', `slice ${number}`),
      secondaryCapture({ SOPInstanceUID: `2.25.1.1.${number}` }),
    );
  }
  const text = path.join(folder, 'read me.txt');
  writeFileSync(text, 'not DICOM, although it is a file like the others');
  const again = path.join(folder, 'again.dcm');
  writeFileSync(again, secondaryCapture({ SOPInstanceUID: '2.25.1.1.7', PatientName: 'Other' }));
  writeFileSync(path.join(folder, 'DICOMDIR'), 'a directory of a medium');
  const missing = path.join(folder, 'missing.dcm');

  const progress: ImportProgress[] = [];
  const options = { instanceStore, aeTitle: 'A', onProgress: (now: ImportProgress) => void progress.push(now) };
  const named = [path.join(folder, 'series'), missing, folder];
  const summary = await importPaths(named, options);
  expect(summary).toMatchObject({ stored: 20, duplicates: 20, aborted: false });
  expect(summary.failures.map((failure) => failure.path).sort()).toEqual([again, missing, text].sort());
  expect(progress.at(-1)).toMatchObject({ found: 43, done: 43, failed: 3, bytes: summary.bytes });
  expect(await instanceStore.find({ aeTitle: 'A', StudyInstanceUID: '2.25.1' })).toHaveLength(20);

  expect(await importPaths([path.join(folder, 'series')], options)).toMatchObject({
    stored: 0,
    duplicates: 20,
    failures: [],
  });
  expect(await importPaths([folder], { ...options, signal: AbortSignal.abort() })).toMatchObject({
    stored: 0,
    aborted: true,
  });
});
