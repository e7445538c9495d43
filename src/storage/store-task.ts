import type { InstanceFacts } from './instance-facts.ts';

/** What a store thread is asked: to read the object of a file, and to write it first where its bytes are still in memory. */
export interface StoreTask {
  readonly id: number;
  readonly file: string;
  /** In a buffer of their own, which is transferred. Absent where the file is written and durable. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What a store thread answers. The memory of the bytes comes back to be used again. */
export type StoreAnswer = { readonly id: number; readonly memory?: ArrayBuffer } & (
  | { readonly ok: true; readonly facts: InstanceFacts; readonly digest?: string }
  | { readonly ok: false; readonly error: { readonly message: string; readonly code?: string } }
);
