import type { FrameIndex } from '../dicom/frame-index.ts';
import type { InstanceIndex } from '../dicom/instance-index.ts';
import type { Catalog, InsertOutcome, InstanceRecord, Target } from './catalog.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';

export interface ReceiveOptions {
  /** Longest object taken, in bytes; no limit when left out or 0. */
  readonly maxBytes?: number;
}

/** An object that arrived: an instance ready to be committed, or bytes that are not an instance, of which nothing is kept. */
export type Received =
  | {
      readonly kind: 'instance';
      readonly aeTitle: string;
      readonly index: InstanceIndex;
      readonly staged: StagedObject;
    }
  | { readonly kind: 'unreadable'; readonly detail: string };

export type ReceivedInstance = Extract<Received, { kind: 'instance' }>;

export interface InstanceStore {
  /** Instances of the target by Series Number, Series Instance UID, Instance Number and SOP Instance UID; none if it is not stored. */
  find(target: Target): Promise<readonly InstanceRecord[]>;
  frameIndex(record: InstanceRecord): Promise<FrameIndex | undefined>;
  /** Metadata documents in the order of the records. */
  metadata(records: Iterable<InstanceRecord>): AsyncIterable<Uint8Array>;
  /** Bytes [offset, offset + length) of the Part 10 object. */
  read(record: InstanceRecord, offset: number, length: number): Promise<Uint8Array>;
  /** The Part 10 object as it was received, or a range of it. */
  stream(record: InstanceRecord, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** Random access to the Part 10 object. To be closed. */
  openSource(record: InstanceRecord): Promise<OpenByteSource>;
  /** Takes one Part 10 object to its end and indexes it. It is not visible before `commit`. */
  receive(aeTitle: string, body: AsyncIterable<Uint8Array>, options?: ReceiveOptions): Promise<Received>;
  /** Stores all instances in one transaction: durable and visible when it resolves, nothing of them if it throws. */
  commit(received: readonly ReceivedInstance[]): Promise<readonly InsertOutcome[]>;
  /** Forgets instances that were received and not committed. */
  discard(received: readonly ReceivedInstance[]): Promise<void>;
  close(): Promise<void>;
}

/** Joins a catalogue and an object store. */
export function instanceStore(_needs: { readonly catalog: Catalog; readonly objects: ObjectStore }): InstanceStore {
  throw new Error('instanceStore');
}
