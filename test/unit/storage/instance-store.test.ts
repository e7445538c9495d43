import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeMetadataDocument } from '../../../src/dicom/metadata-document.ts';
import { openEmbeddedInstanceStore } from '../../../src/storage/embedded.ts';
import type { InstanceStore, ReceivedInstance } from '../../../src/storage/instance-store.ts';
import { objectFiles } from '../../support/object-files.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function openStore(directory = temporaryDirectory()): Promise<{ store: InstanceStore; directory: string }> {
  const store = await openEmbeddedInstanceStore(directory);
  onTestFinished(() => store.close().catch(() => {}));
  return { store, directory };
}

async function* inChunks(bytes: Uint8Array, length = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function receive(store: InstanceStore, bytes: Uint8Array, aeTitle = 'A'): Promise<ReceivedInstance> {
  const received = await store.receive(aeTitle, await store.stage(inChunks(bytes)));
  if (received.kind !== 'instance') throw new Error(received.detail);
  return received;
}

async function storeOne(store: InstanceStore, bytes: Uint8Array, aeTitle = 'A'): Promise<string> {
  const [outcome] = await store.commit([await receive(store, bytes, aeTitle)]);
  return outcome!;
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
}

const study = { aeTitle: 'A', StudyInstanceUID: '2.25.1' };
const instance = { ...study, SeriesInstanceUID: '2.25.1.1', SOPInstanceUID: '2.25.1.1.1' };

describe('instance store', () => {
  test('an instance is invisible until it is committed, and comes back byte for byte', async () => {
    const { store } = await openStore();
    const bytes = secondaryCapture();
    const received = await receive(store, bytes);
    expect(await store.find(study)).toEqual([]);
    expect(await store.commit([received])).toEqual(['stored']);
    const [record] = await store.find(instance);
    expect(record).toMatchObject({ size: bytes.length, digest: createHash('sha256').update(bytes).digest('hex') });
    expect(record!.index).toMatchObject({ SOPInstanceUID: '2.25.1.1.1', Modality: 'OT', content: 'image' });
    expect(await collect(store.stream(record!))).toEqual(bytes);
    expect(await collect(store.stream(record!, { start: 128, end: 132 }))).toEqual(Buffer.from('DICM'));
    expect(Buffer.from(await store.read(record!, 128, 4))).toEqual(Buffer.from('DICM'));
    expect(await store.read(record!, bytes.length - 1, 100)).toHaveLength(1);
    expect(await store.read(record!, bytes.length + 10, 100)).toHaveLength(0);
    const source = await store.openSource(record!);
    expect(Buffer.from(source.read(128, 4))).toEqual(Buffer.from('DICM'));
    await source.close();
  });

  test('an instance of several megabytes is spooled, and comes back byte for byte', async () => {
    const { store } = await openStore();
    const bytes = secondaryCapture({ pixels: Buffer.alloc(9_000_000, 'abcdefg') });
    expect(await storeOne(store, bytes)).toBe('stored');
    const [record] = await store.find(instance);
    expect(record!.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await collect(store.stream(record!))).equals(bytes)).toBe(true);
    expect(
      (await collect(store.stream(record!, { start: 1_000_000, end: 3_000_001 }))).equals(
        bytes.subarray(1_000_000, 3_000_001),
      ),
    ).toBe(true);
  });

  test('the frame index and the metadata document are kept', async () => {
    const { store } = await openStore();
    await storeOne(store, secondaryCapture({ PatientName: 'Doe^Jane' }));
    const [record] = await store.find(instance);
    expect(await store.frameIndex(record!)).toMatchObject({ kind: 'native', count: 1 });
    const document = await collect(store.metadata([record!]));
    const json = JSON.parse(decodeMetadataDocument(document, 'http://host/rs'));
    expect(json['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] });
    expect(json['7FE00010'].BulkDataURI).toBe(
      'http://host/rs/studies/2.25.1/series/2.25.1.1/instances/2.25.1.1.1/bulkdata/7FE00010',
    );
  });

  test('instances of a study come by Series Number, then by Instance Number', async () => {
    const { store } = await openStore();
    const order = [
      [2, 1],
      [1, 10],
      [1, 2],
    ] as const;
    for (const [SeriesNumber, InstanceNumber] of order) {
      const SeriesInstanceUID = `2.25.1.${SeriesNumber}`;
      await storeOne(
        store,
        secondaryCapture({
          SeriesInstanceUID,
          SOPInstanceUID: `${SeriesInstanceUID}.${InstanceNumber}`,
          SeriesNumber,
          InstanceNumber,
        }),
      );
    }
    const uids = async (target: Parameters<InstanceStore['find']>[0]): Promise<readonly string[]> =>
      (await store.find(target)).map(({ index }) => index.SOPInstanceUID);
    expect(await uids(study)).toEqual(['2.25.1.1.2', '2.25.1.1.10', '2.25.1.2.1']);
    expect(await uids({ ...study, SeriesInstanceUID: '2.25.1.1' })).toEqual(['2.25.1.1.2', '2.25.1.1.10']);
    expect(await uids({ ...study, SeriesInstanceUID: '2.25.1.2', SOPInstanceUID: '2.25.1.1.2' })).toEqual([]);
    expect(
      await uids({ ...study, StudyInstanceUID: '2.25.2', SeriesInstanceUID: '2.25.1.1', SOPInstanceUID: '2.25.1.1.2' }),
    ).toEqual([]);
  });

  test('an AE title is an archive of its own', async () => {
    const { store } = await openStore();
    expect(await storeOne(store, secondaryCapture(), 'A')).toBe('stored');
    expect(await store.find({ ...study, aeTitle: 'B' })).toEqual([]);
    expect(await storeOne(store, secondaryCapture({ PatientName: 'Other' }), 'B')).toBe('stored');
    expect(await store.find({ ...study, aeTitle: 'B' })).toHaveLength(1);
  });

  test('the same bytes again are a duplicate, other bytes a conflict; the stored ones stay, and only their file', async () => {
    const { store, directory } = await openStore();
    const bytes = secondaryCapture();
    expect(await storeOne(store, bytes)).toBe('stored');
    expect(await storeOne(store, bytes)).toBe('duplicate');
    expect(await storeOne(store, secondaryCapture({ PatientName: 'Other' }))).toBe('conflict');
    expect(await storeOne(store, secondaryCapture({ StudyInstanceUID: '2.25.2', SOPInstanceUID: '2.25.1.1.1' }))).toBe(
      'conflict',
    );
    expect(await store.find({ aeTitle: 'A', StudyInstanceUID: '2.25.2' })).toEqual([]);
    const [record] = await store.find(instance);
    expect(await collect(store.stream(record!))).toEqual(bytes);
    expect(objectFiles(directory)).toHaveLength(1);
  });

  test('of many stores of one SOP Instance UID at the same time one wins', async () => {
    const { store, directory } = await openStore();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        storeOne(store, secondaryCapture({ PatientName: `Name^${number % 2}` })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(9);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(10);
    expect(objectFiles(directory)).toHaveLength(1);
  });

  test('what is no instance, what is discarded and what breaks off leave no file', async () => {
    const { store, directory } = await openStore();
    expect(await store.receive('A', await store.stage(inChunks(Buffer.from('not DICOM at all'))))).toMatchObject({
      kind: 'unreadable',
    });
    await store.discard([await receive(store, secondaryCapture())]);
    const large = secondaryCapture({ pixels: Buffer.alloc(6_000_000) });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inChunks(large.subarray(0, 5_000_000));
      throw new Error('the connection ended');
    }
    await expect(store.stage(broken())).rejects.toThrow('the connection ended');
    expect(objectFiles(directory)).toEqual([]);
    expect(await store.find(study)).toEqual([]);
  });

  test('a store that is closed leaves no open run; one that is opened again has everything', async () => {
    const { store, directory } = await openStore();
    const all = Array.from({ length: 600 }, (_, number) =>
      secondaryCapture({ SOPInstanceUID: `2.25.1.1.${number + 1}`, InstanceNumber: number }),
    );
    const received = await Promise.all(all.map((bytes) => receive(store, bytes)));
    expect(new Set(await store.commit(received))).toEqual(new Set(['stored']));
    await store.close();
    expect(readdirSync(path.join(directory, 'open-runs'))).toEqual([]);
    const { store: again } = await openStore(directory);
    const records = await again.find(study);
    expect(records).toHaveLength(600);
    expect(await collect(again.stream(records[599]!))).toEqual(all[599]);
  });

  test('at start-up, objects of open runs that the catalogue does not name are removed, and no other', async () => {
    const { store, directory } = await openStore();
    await storeOne(store, secondaryCapture());
    const [file] = objectFiles(directory);
    const run = path.basename(file!).slice(0, 24);
    await store.close();
    const orphan = path.join(directory, path.dirname(file!), `${run}000000ff`);
    const ofClosedRun = path.join(directory, path.dirname(file!), `${run.slice(0, 4)}${'0'.repeat(28)}`);
    for (const name of [orphan, ofClosedRun, path.join(directory, 'open-runs', run)]) writeFileSync(name, 'x');
    const { store: again } = await openStore(directory);
    expect(existsSync(orphan)).toBe(false);
    expect(existsSync(ofClosedRun)).toBe(true);
    expect(readdirSync(path.join(directory, 'open-runs'))).toEqual([]);
    expect(await again.find(instance)).toHaveLength(1);
  });

  test('one process at a time uses a data directory', async () => {
    const { store, directory } = await openStore();
    await expect(openEmbeddedInstanceStore(directory)).rejects.toThrow(
      /in use by another Fiducial process \(process id \d+\)/,
    );
    await store.close();
    await openStore(directory);
  });
});
