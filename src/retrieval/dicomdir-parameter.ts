import { originServerError } from '../errors/origin-server-error.ts';
import type { QueryParameters } from '../syntax/query-string.ts';

/**
 * Whether a zip archive shall be a File-set with a DICOMDIR: the query parameter dicomdir, which is this origin server's
 * own (PS3.18 Sup174 6.5.8.1.2). Without it the archive is a tree of folders that a person understands.
 *
 * @throws OriginServerError `query-parameter-invalid` for anything but one true or false
 * @requirement R-001-270
 */
export function dicomdirOf(query: QueryParameters): boolean {
  const values = query.get('dicomdir');
  if (values === undefined) return false;
  const [value] = values;
  if (values.length > 1 || (value !== 'true' && value !== 'false')) {
    throw originServerError('query-parameter-invalid', 'dicomdir is either true or false, and given once.', {
      source: 'PS3.18 Sup174 6.5.8.1.2',
    });
  }
  return value === 'true';
}
