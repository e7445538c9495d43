import type { FrameIndex } from '../dicom/frame-index.ts';
import { type InstanceIndex, indexInstance, type UnfitInstance } from '../dicom/instance-index.ts';
import { type DicomJson, toJsonModel } from '../dicom/json-model.ts';
import { encodeMetadataDocument } from '../dicom/metadata-document.ts';
import type { Catalog, InsertOutcome, InstanceRecord, NewInstance, Target } from './catalog.ts';
import { groupCommit } from './group-commit.ts';
import type { ByteRange, ObjectStore, OpenByteSource, StagedObject } from './object-store.ts';
import { selectAttributes, seriesAttributes, studyAttributes } from './search-attributes.ts';

/** An object that arrived: an instance ready to be committed, or bytes that are not an instance, of which nothing is kept. */
export type Received =
  | {
      readonly kind: 'instance';
      readonly aeTitle: string;
      readonly index: InstanceIndex;
      readonly staged: StagedObject;
      readonly metadata: Uint8Array;
      readonly study: DicomJson;
      readonly series: DicomJson;
    }
  | ({ readonly kind: 'unreadable' } & Pick<UnfitInstance, 'reason' | 'detail' | 'reference'>);

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
  receive(aeTitle: string, body: AsyncIterable<Uint8Array>): Promise<Received>;
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
      const staged = all.map((instance) => instance.staged);
      await objects.persist(staged);
      const outcomes = await catalog.insert(await Promise.all(all.map(newInstance)));
      const unsynced = await catalog.sync().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (unsynced === undefined) {
        objects.settle(staged.filter((_, at) => outcomes[at] === 'stored'));
        // What cannot be removed now is found at the next start.
        await objects.discard(staged.filter((_, at) => outcomes[at] !== 'stored')).catch(() => {});
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
    read: (record, offset, length) => objects.read(record.objectKey, offset, length),
    stream: (record, range) => objects.stream(record.objectKey, range),
    openSource: (record) => objects.open(record.objectKey),

    async receive(aeTitle, body) {
      const staged = await objects.stage(body);
      try {
        const read = await readInstance(aeTitle, staged);
        if (read.kind === 'unreadable') await objects.discard([staged]);
        return read;
      } catch (error) {
        await objects.discard([staged]);
        throw error;
      }
    },

    async commit(received) {
      if (received.length === 0) return [];
      let committed: Committed;
      try {
        // What could not be written fails here, before it meets the batches of others.
        await Promise.all(received.map(({ staged }) => staged.digest));
        committed = await commitGroup(received);
      } catch (error) {
        await objects.discard(received.map(({ staged }) => staged));
        throw error;
      }
      // The catalogue names the objects, so they stay; but nobody may be told that they are safe.
      if (committed.unsynced !== undefined) throw committed.unsynced.error;
      return committed.outcomes;
    },

    discard: (received) => objects.discard(received.map(({ staged }) => staged)),

    async close() {
      await objects.close();
      await catalog.close();
    },
  };
}

/** The one pass at store time: the data set up to the pixel data, the frames, and the metadata as it will be sent. */
async function readInstance(aeTitle: string, staged: StagedObject): Promise<Received> {
  const source = await staged.open();
  try {
    const indexed = indexInstance(source);
    if (!indexed.ok) {
      const { reason, detail, reference } = indexed;
      return { kind: 'unreadable', reason, detail, ...(reference && { reference }) };
    }
    const { index, part10 } = indexed;
    const bulkData = `/studies/${index.StudyInstanceUID}/series/${index.SeriesInstanceUID}/instances/${index.SOPInstanceUID}/bulkdata/`;
    const json = toJsonModel(part10.dataSet, (path) => bulkData + path);
    return {
      kind: 'instance',
      aeTitle,
      index,
      staged,
      metadata: encodeMetadataDocument(json),
      study: selectAttributes(json, studyAttributes),
      series: selectAttributes(json, seriesAttributes),
    };
  } finally {
    await source.close();
  }
}

async function newInstance({
  staged,
  aeTitle,
  index,
  metadata,
  study,
  series,
}: ReceivedInstance): Promise<NewInstance> {
  const { key: objectKey, size } = staged;
  return { aeTitle, index, objectKey, size, digest: await staged.digest, metadata, study, series };
}
