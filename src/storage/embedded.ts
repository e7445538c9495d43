import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { lockDataDirectory } from './data-directory-lock.ts';
import { FileObjectStore } from './file-object-store.ts';
import { type InstanceStore, instanceStore } from './instance-store.ts';
import { SqliteCatalog } from './sqlite-catalog.ts';

/**
 * Opens the embedded default: an SQLite catalogue and files below one data directory, used by one process at a time.
 * What a crash left in flight is removed before it resolves.
 *
 * @throws Error if another process uses the directory, or a later version made it
 */
export async function openEmbeddedInstanceStore(dataDirectory: string): Promise<InstanceStore> {
  mkdirSync(dataDirectory, { recursive: true });
  const lock = lockDataDirectory(dataDirectory);
  try {
    const catalog = new SqliteCatalog(path.join(dataDirectory, 'catalog.sqlite'));
    const objects = new FileObjectStore(dataDirectory);
    await objects.recover((key) => catalog.hasObject(key));
    const store = instanceStore({ catalog, objects });
    return {
      ...store,
      async close() {
        await store.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
