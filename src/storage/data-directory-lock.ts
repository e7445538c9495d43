import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Primary result code of SQLite for a database that another process has locked. */
const SQLITE_BUSY = 5;

export interface DataDirectoryLock {
  release(): void;
}

/**
 * Takes a data directory for this process alone.
 *
 * The lock is a record lock of the operating system, taken by way of an empty SQLite database: it ends with the process,
 * however that ends, so none is ever left over. The process id beside it is only for the message.
 *
 * @throws Error if another process holds the directory
 */
export function lockDataDirectory(dataDirectory: string): DataDirectoryLock {
  const owner = path.join(dataDirectory, 'lock.pid');
  const lock = new DatabaseSync(path.join(dataDirectory, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; PRAGMA user_version = 1; COMMIT');
  } catch (error) {
    lock.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_BUSY) throw error;
    throw new Error(
      `The data directory ${dataDirectory} is in use by another Fiducial process (${processId(owner)}). ` +
        'Stop that process, or choose another folder with --data-dir.',
      { cause: error },
    );
  }
  writeFileSync(owner, `${process.pid}\n`);
  return {
    release() {
      rmSync(owner, { force: true });
      lock.close();
    },
  };
}

function processId(owner: string): string {
  try {
    return `process id ${readFileSync(owner, 'utf8').trim()}`;
  } catch {
    return 'process id unknown';
  }
}
