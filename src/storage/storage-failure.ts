import { originServerError } from '../errors/origin-server-error.ts';

/** System errors that mean that the disk, a quota or a table of the system is full. */
const exhausted: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Primary result code of SQLite for a full disk. */
const SQLITE_FULL = 13;

/**
 * The error to throw for an error of the file system or of SQLite: out-of-resources where the storage is full, else the
 * error itself.
 *
 * @requirement R-002-018
 */
export function storageFailure(error: unknown): unknown {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (!exhausted.has(code) && !(typeof errcode === 'number' && (errcode & 0xff) === SQLITE_FULL)) return error;
  return originServerError('out-of-resources', 'There is no room to store the instances; nothing of them was kept.', {
    cause: error,
    headers: { 'Retry-After': '60' },
  });
}
