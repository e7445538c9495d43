import { globSync, statSync } from 'node:fs';
import path from 'node:path';

/** Files of a data directory that hold objects, relative to it; those that wait for an object are empty. */
export function objectFiles(directory: string): readonly string[] {
  const files = globSync('objects/*/*/*', { cwd: directory });
  return files.filter((file) => statSync(path.join(directory, file)).size > 0);
}
