import { createReadStream } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { InstanceStore, ReceivedInstance } from '../storage/instance-store.ts';
import { conflict, failureOfUnreadable, refusal } from '../storing/failure-reason.ts';

export interface ImportFailure {
  readonly path: string;
  /** Why, in a sentence for a person. */
  readonly detail: string;
}

export interface ImportProgress {
  /** Files found so far; more may be found. */
  readonly found: number;
  readonly done: number;
  readonly failed: number;
  readonly bytes: number;
}

export interface ImportSummary {
  readonly stored: number;
  /** Stored before with the same bytes. */
  readonly duplicates: number;
  /** Of the files stored now. */
  readonly bytes: number;
  readonly failures: readonly ImportFailure[];
  /** Whether the signal ended the import before the last file. */
  readonly aborted: boolean;
}

export interface ImportOptions {
  readonly instanceStore: InstanceStore;
  readonly aeTitle: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

/** Files read at the same time; each has a few megabytes in memory at most. */
const concurrency = 8;

/**
 * Stores the files and, recursively, the folders named. Symbolic links are followed where they are named, not inside folders.
 *
 * Each file is a transaction of its own: a file that cannot be stored is reported and does not stop the others. A
 * DICOMDIR is among the failures only if it is named itself; found in a folder it is passed over, as a medium has one.
 */
export async function importPaths(paths: readonly string[], options: ImportOptions): Promise<ImportSummary> {
  const { instanceStore, aeTitle, onProgress, signal } = options;
  const failures: ImportFailure[] = [];
  let found = 0;
  let done = 0;
  let stored = 0;
  let duplicates = 0;
  let bytes = 0;

  const files = filesOf(paths, (failure) => {
    found += 1;
    done += 1;
    failures.push(failure);
  });
  const importing = new Set<Promise<void>>();
  for await (const file of files) {
    if (signal?.aborted) break;
    found += 1;
    const task = importOne(file).finally(() => importing.delete(task));
    importing.add(task);
    if (importing.size >= concurrency) await Promise.race(importing);
  }
  await Promise.all(importing);
  return { stored, duplicates, bytes, failures, aborted: signal?.aborted ?? false };

  async function importOne(file: string): Promise<void> {
    try {
      const { size, outcome } = await importFile(instanceStore, aeTitle, file);
      if (outcome === 'stored') {
        stored += 1;
        bytes += size;
      } else {
        duplicates += 1;
      }
    } catch (error) {
      failures.push({ path: file, detail: error instanceof Error ? error.message : String(error) });
    }
    done += 1;
    onProgress?.({ found, done, failed: failures.length, bytes });
  }
}

/** @throws Error with the reason as its message if the file is not stored */
async function importFile(
  instanceStore: InstanceStore,
  aeTitle: string,
  file: string,
): Promise<{ size: number; outcome: 'stored' | 'duplicate' }> {
  const staged = await instanceStore.stage(createReadStream(file, { highWaterMark: 512 * 1024 }));
  const received = await instanceStore.receive(aeTitle, staged);
  if (received.kind === 'unreadable') throw new Error(failureOfUnreadable(received).detail);
  const refused = refusal(received, undefined);
  if (refused !== undefined) {
    await instanceStore.discard([received]);
    throw new Error(refused.detail);
  }
  return { size: received.size, outcome: await commitOne(instanceStore, received) };
}

async function commitOne(instanceStore: InstanceStore, received: ReceivedInstance): Promise<'stored' | 'duplicate'> {
  const [outcome] = await instanceStore.commit([received]);
  if (outcome === 'stored' || outcome === 'duplicate') return outcome;
  throw new Error(conflict.detail);
}

/** Files below the paths, in the order of the names in each folder. What cannot be looked at is reported. */
async function* filesOf(paths: readonly string[], report: (failure: ImportFailure) => void): AsyncGenerator<string> {
  for (const named of paths) {
    const entry = await stat(named).catch((error: Error) => error);
    if (entry instanceof Error) report({ path: named, detail: entry.message });
    else if (entry.isDirectory()) yield* filesBelow(named, report);
    else yield named;
  }
}

async function* filesBelow(folder: string, report: (failure: ImportFailure) => void): AsyncGenerator<string> {
  const entries: { name: string; isDirectory: boolean }[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.isFile() || entry.isDirectory()) entries.push({ name: entry.name, isDirectory: entry.isDirectory() });
    }
  } catch (error) {
    report({ path: folder, detail: (error as Error).message });
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, isDirectory } of entries) {
    const below = path.join(folder, name);
    if (isDirectory) yield* filesBelow(below, report);
    else if (name !== 'DICOMDIR') yield below;
  }
}
