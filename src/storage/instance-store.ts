import type { FrameIndex } from '../dicom/frame-index.ts';
import type { Catalog, InsertOutcome, InstanceRecord, NewInstance, Target } from './catalog.ts';
import { groupCommit } from './group-commit.ts';
import type { InstanceFacts } from './instance-facts.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';

/** An object that arrived: an instance ready to be committed, or bytes that are not an instance, of which nothing is kept. */
export type Received = ({ readonly kind: 'instance' } & NewInstance) | Extract<InstanceFacts, { kind: 'unreadable' }>;

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
  /** The file that is the Part 10 object, where there is one: for those who read it in a thread of their own. It never changes. */
  fileOf(record: InstanceRecord): string | undefined;
  /** Takes one Part 10 object to its end. The next may be taken while this one is still written and read; it has to be received. */
  stage(body: AsyncIterable<Uint8Array>): Promise<StagedObject>;
  /** Resolves when an object is durable and read. It is not visible before `commit`. */
  receive(aeTitle: string, staged: StagedObject): Promise<Received>;
  /** Stores all instances in one transaction: durable and visible when it resolves, nothing of them if it throws. */
  commit(received: readonly ReceivedInstance[]): Promise<readonly InsertOutcome[]>;
  /** Forgets instances that were received and not committed. */
  discard(received: readonly ReceivedInstance[]): Promise<void>;
  close(): Promise<void>;
}

/** What became of a batch that the catalogue has taken, and the error that left it without being durable. */
interface Committed {
  readonly outcomes: readonly InsertOutcome[];
  readonly unsynced: { readonly error: unknown } | undefined;
}

/** Joins a catalogue and an object store. */
export function instanceStore(needs: { readonly catalog: Catalog; readonly objects: ObjectStore }): InstanceStore {
  const { catalog, objects } = needs;

  /** Stores several batches in one catalogue transaction. What it throws says that nothing was stored. */
  const commitGroup = groupCommit(
    async (batches: readonly (readonly ReceivedInstance[])[]): Promise<readonly Committed[]> => {
      const all = batches.flat();
      const outcomes = await catalog.insert(all);
      const unsynced = await catalog.sync().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (unsynced === undefined) {
        const { stored = [], unused = [] } = Object.groupBy(
          all.map(({ objectKey }, at) => ({ objectKey, outcome: outcomes[at] })),
          ({ outcome }) => (outcome === 'stored' ? 'stored' : 'unused'),
        );
        objects.settle(stored.map(({ objectKey }) => objectKey));
        // What cannot be removed now is found at the next start.
        await objects.discard(unused.map(({ objectKey }) => objectKey)).catch(() => {});
      }
      let start = 0;
      return batches.map(({ length }) => {
        start += length;
        return { outcomes: outcomes.slice(start - length, start), unsynced };
      });
    },
  );

  return {
    find: (target) => catalog.find(target),
    frameIndex: (record) => catalog.frameIndex(record),
    metadata: (records) => catalog.metadata(records),
    read: ({ objectKey, size }, offset, length) =>
      objects.read(objectKey, offset, Math.max(0, Math.min(length, size - offset))),
    stream: ({ objectKey, size }, { start, end } = { start: 0, end: size }) =>
      objects.stream(objectKey, { start, end: Math.min(end, size) }),
    openSource: (record) => objects.open(record.objectKey),
    fileOf: (record) => objects.fileOf(record.objectKey),

    stage: (body) => objects.stage(body),

    async receive(aeTitle, { key: objectKey, size, content }) {
      try {
        const { digest, facts } = await content;
        if (facts.kind === 'unreadable') await objects.discard([objectKey]);
        return facts.kind === 'unreadable' ? facts : { ...facts, aeTitle, objectKey, size, digest };
      } catch (error) {
        await objects.discard([objectKey]);
        throw error;
      }
    },

    async commit(received) {
      if (received.length === 0) return [];
      let committed: Committed;
      try {
        committed = await commitGroup(received);
      } catch (error) {
        await objects.discard(received.map(({ objectKey }) => objectKey));
        throw error;
      }
      // The catalogue names the objects, so they stay; but nobody may be told that they are safe.
      if (committed.unsynced !== undefined) throw committed.unsynced.error;
      return committed.outcomes;
    },

    discard: (received) => objects.discard(received.map(({ objectKey }) => objectKey)),

    async close() {
      await objects.close();
      await catalog.close();
    },
  };
}
