import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';

/** The files of a run of keys, which exist before the first of them is used. */
export interface RunFiles {
  /** Marker of the run, in a directory that exists. */
  readonly marker: string;
  /** Directory of the files. It may have to be made, and the one it is in. */
  readonly directory: string;
  readonly names: readonly string[];
}

/** Makes the marker of a run and then its files, empty. When it returns, all of it is durable. */
export function makeRunFiles({ marker, directory, names }: RunFiles): void {
  const prefix = path.dirname(directory);
  mkdirSync(directory, { recursive: true });
  syncDirectory(prefix);
  syncDirectory(path.dirname(prefix));
  makeEmptyFile(marker);
  syncDirectory(path.dirname(marker));
  for (const name of names) makeEmptyFile(path.join(directory, name));
  syncDirectory(directory);
}

export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function makeEmptyFile(file: string): void {
  closeSync(openSync(file, 'wx'));
}
