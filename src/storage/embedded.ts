import type { InstanceStore } from './instance-store.ts';

/** The embedded default: an SQLite catalogue and files below one data directory, used by one process at a time. */
export function openEmbeddedInstanceStore(_dataDirectory: string): Promise<InstanceStore> {
  throw new Error('openEmbeddedInstanceStore');
}
