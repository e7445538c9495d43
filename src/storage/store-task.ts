import type { InstanceFacts } from './instance-facts.ts';
import type { RunFiles } from './run-files.ts';

/** What a store thread does. */
export type StoreTask =
  /** Writes the bytes to a file that is there, durably, and reads them. They are in a buffer of their own, transferred. */
  | { readonly kind: 'store'; readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Reads an object that has been written. */
  | { readonly kind: 'read'; readonly file: string }
  | { readonly kind: 'make-run-files'; readonly files: RunFiles };

/** What comes of it. */
export interface StoreOutcomes {
  readonly store: { readonly facts: InstanceFacts /** SHA-256 in hexadecimal. */; readonly digest: string };
  readonly read: { readonly facts: InstanceFacts };
  readonly 'make-run-files': undefined;
}

/** A task on its way to a thread. */
export interface SentTask {
  readonly id: number;
  readonly task: StoreTask;
}

/** The answer to it. The memory of the bytes comes back to be used again. */
export type StoreAnswer = { readonly id: number; readonly memory?: ArrayBuffer } & (
  | { readonly ok: true; readonly outcome: StoreOutcomes[StoreTask['kind']] }
  | { readonly ok: false; readonly error: { readonly message: string; readonly code?: string } }
);
