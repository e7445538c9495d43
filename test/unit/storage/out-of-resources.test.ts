import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileObjectStore } from '../../../src/storage/file-object-store.ts';
import { instanceStore } from '../../../src/storage/instance-store.ts';
import { SqliteCatalog } from '../../../src/storage/sqlite-catalog.ts';
import { storageFailure } from '../../../src/storage/storage-failure.ts';
import { objectFiles } from '../../support/object-files.ts';
import { requirement } from '../../support/requirement.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('full storage', () => {
  requirement(
    'R-002-018',
    'a catalogue that is full stores nothing, leaves no file, and goes on once there is room',
    async () => {
      const directory = temporaryDirectory();
      const catalog = new SqliteCatalog(path.join(directory, 'catalog.sqlite'), { maxPages: 40 });
      const objects = new FileObjectStore(directory);
      const store = instanceStore({ catalog, objects });
      const receive = async (number: number) => {
        const staged = await store.stage(once(secondaryCapture({ SOPInstanceUID: `2.25.1.1.${number}` })));
        const received = await store.receive('A', staged);
        if (received.kind !== 'instance') throw new Error(received.detail);
        return received;
      };
      const many = await Promise.all(Array.from({ length: 400 }, (_, number) => receive(number + 1)));
      await expect(store.commit(many)).rejects.toMatchObject({ code: 'out-of-resources', status: 503 });
      expect(objectFiles(directory)).toEqual([]);
      expect(await store.find({ aeTitle: 'A', StudyInstanceUID: '2.25.1' })).toEqual([]);
      expect(await store.commit([await receive(1)])).toEqual(['stored']);
      await store.close();
    },
  );

  test.each(['ENOSPC', 'EDQUOT', 'EMFILE'])('%s is out of resources', (code) => {
    expect(storageFailure(Object.assign(new Error(code), { code }))).toMatchObject({ code: 'out-of-resources' });
  });

  test('another error of the system stays what it is', () => {
    const error = Object.assign(new Error('EIO'), { code: 'EIO' });
    expect(storageFailure(error)).toBe(error);
  });
});
