import type { ByteSource } from '../dicom/byte-source.ts';
import type { InstanceFacts } from './instance-facts.ts';

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
  /** Resolves when the bytes are durable under the key, and read, so that the catalogue may name them; rejects with OriginServerError out-of-resources if they could not be written. */
  readonly content: Promise<ObjectContent>;
}

/** What was found in an object by whoever had its bytes at hand. */
export interface ObjectContent {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly facts: InstanceFacts;
}

/** Immutable objects by key, each written once. */
export interface ObjectStore {
  /**
   * Takes a body to its end with back-pressure: it resolves when the next body may come, while this one is still written
   * and read.
   *
   * @throws OriginServerError out-of-resources; nothing stays staged
   */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedObject>;
  /** Says that the catalogue names the objects now: `recover` need not ask for them. */
  settle(keys: readonly string[]): void;
  /** Removes objects of which the content is known, or could not be, and which were not settled. */
  discard(keys: readonly string[]): Promise<void>;
  /**
   * Removes what a crash left between `stage` and `settle`. The work is proportional to what was in flight, not to what is stored.
   *
   * @param isKept whether the catalogue names an object
   * @returns the number of objects removed
   */
  recover(isKept: (key: string) => Promise<boolean>): Promise<number>;

  /** Bytes [offset, offset + length), shorter at the end of the object. */
  read(key: string, offset: number, length: number): Promise<Uint8Array>;
  /** A range of the object in large pieces, with back-pressure. */
  stream(key: string, range: ByteRange): AsyncIterable<Uint8Array>;
  open(key: string): Promise<OpenByteSource>;
  /** The file that is the object, where there is one: for those who read it in a thread of their own. */
  fileOf(key: string): string | undefined;
  close(): Promise<void>;
}
