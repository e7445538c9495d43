import type { FrameIndex } from '../dicom/frame-index.ts';
import type { InstanceIndex } from '../dicom/instance-index.ts';
import type { InstanceFacts } from './instance-facts.ts';

/** The target resource of a transaction: a study, a series or an instance of the archive named by an AE title. */
export interface Target {
  readonly aeTitle: string;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID?: string;
  readonly SOPInstanceUID?: string;
}

/** What every look-up gives of an instance: its index without the frames, which are loaded when a frame is asked for. */
export type StoredIndex = Omit<InstanceIndex, 'frames'>;

export interface InstanceRecord {
  readonly id: number;
  readonly aeTitle: string;
  readonly index: StoredIndex;
  /** Key of the Part 10 object in the object store. */
  readonly objectKey: string;
  /** Bytes of the object. */
  readonly size: number;
  /** SHA-256 of the object, hexadecimal. */
  readonly digest: string;
}

export interface NewInstance extends Omit<Extract<InstanceFacts, { kind: 'instance' }>, 'kind'> {
  readonly aeTitle: string;
  readonly objectKey: string;
  readonly size: number;
  readonly digest: string;
}

/**
 * What became of an instance: stored; a duplicate of the same bytes, which is a success; or a conflict, as the SOP
 * Instance UID names other bytes already.
 */
export type InsertOutcome = 'stored' | 'duplicate' | 'conflict';

/** The record of what is stored: studies, series and instances, normalised, each AE title an archive of its own. */
export interface Catalog {
  /** Instances of the target by Series Number, Series Instance UID, Instance Number and SOP Instance UID; none if it is not stored. */
  find(target: Target): Promise<readonly InstanceRecord[]>;
  frameIndex(record: InstanceRecord): Promise<FrameIndex | undefined>;
  /** Metadata documents in the order of the records. */
  metadata(records: Iterable<InstanceRecord>): AsyncIterable<Uint8Array>;
  /**
   * Inserts all instances of the batch in one transaction, or none if it throws. When it resolves they are visible; they
   * are durable after `sync`. Outcomes are in the order of the batch.
   */
  insert(batch: readonly NewInstance[]): Promise<readonly InsertOutcome[]>;
  /** Resolves when everything inserted is durable. */
  sync(): Promise<void>;
  /** Whether an instance uses the object. */
  hasObject(objectKey: string): Promise<boolean>;
  close(): Promise<void>;
}
