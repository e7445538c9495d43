import type { InstanceStore } from '../storage/instance-store.ts';

export interface ImportFailure {
  readonly path: string;
  readonly detail: string;
}

export interface ImportProgress {
  /** Files found so far; more may be found. */
  readonly found: number;
  readonly done: number;
  readonly bytes: number;
}

export interface ImportSummary {
  readonly stored: number;
  /** Stored before with the same bytes. */
  readonly duplicates: number;
  readonly bytes: number;
  readonly failures: readonly ImportFailure[];
}

export interface ImportOptions {
  readonly instanceStore: InstanceStore;
  readonly aeTitle: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

/** Stores the files and, recursively, the folders named. */
export function importPaths(_paths: readonly string[], _options: ImportOptions): Promise<ImportSummary> {
  throw new Error('importPaths');
}
