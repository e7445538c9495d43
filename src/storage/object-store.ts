import type { ByteSource } from '../dicom/byte-source.ts';

/** A range of bytes: `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A source that holds a resource until it is closed. */
export type OpenByteSource = ByteSource & { close(): Promise<void> };

/** An object whose bytes have all arrived, and which nobody can see yet. */
export interface StagedObject {
  /** Key that the object will have. It says nothing of what is inside, so no UID reaches a file system. */
  readonly key: string;
  readonly size: number;
  /** SHA-256 in hexadecimal. Resolves when the bytes are durable, and rejects if they could not be written. */
  readonly digest: Promise<string>;
  /** The bytes, from memory or from where they are staged. To be closed. */
  open(): Promise<OpenByteSource>;
}

/** Immutable objects by key, each written once. */
export interface ObjectStore {
  /**
   * Takes a body to its end with back-pressure. Small bodies are kept in memory until they are durable.
   *
   * @throws OriginServerError out-of-resources; nothing stays staged
   */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedObject>;
  /** Resolves when the staged objects are durable under their keys, so that the catalogue may name them. */
  persist(staged: readonly StagedObject[]): Promise<void>;
  /** Says that the catalogue names the objects now: `recover` need not ask for them. */
  settle(staged: readonly StagedObject[]): void;
  /** Removes objects that were staged and not settled. */
  discard(staged: readonly StagedObject[]): Promise<void>;
  /**
   * Removes what a crash left between `stage` and `settle`. The work is proportional to what was in flight, not to what is stored.
   *
   * @param isKept whether the catalogue names an object
   * @returns the number of objects removed
   */
  recover(isKept: (key: string) => Promise<boolean>): Promise<number>;

  /** Bytes [offset, offset + length), shorter at the end of the object. */
  read(key: string, offset: number, length: number): Promise<Uint8Array>;
  /** The object or a range of it in large pieces, with back-pressure. */
  stream(key: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  open(key: string): Promise<OpenByteSource>;
  close(): Promise<void>;
}
