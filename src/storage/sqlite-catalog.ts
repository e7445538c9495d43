import { closeSync, fdatasync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { decodeFrameIndex, encodeFrameIndex, type FrameIndex } from '../dicom/frame-index.ts';
import type { Catalog, InsertOutcome, InstanceRecord, NewInstance, StoredIndex, Target } from './catalog.ts';
import { LeastRecentlyUsed } from './least-recently-used.ts';
import { storageFailure } from './storage-failure.ts';

const schemaVersion = 1;

const syncFile = promisify(fdatasync);

/**
 * An instance row holds what every look-up needs; the metadata document and the frame index have tables of their own, so
 * that listing a study does not read them. SOP Instance UIDs are unique within an archive (PS3.5 9.1 makes them so in the world).
 */
const schema = `
  CREATE TABLE archive (
    id INTEGER PRIMARY KEY,
    ae_title TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    archive_id INTEGER NOT NULL REFERENCES archive,
    study_instance_uid TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (study_instance_uid, archive_id)
  ) STRICT;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    study_id INTEGER NOT NULL REFERENCES study,
    series_instance_uid TEXT NOT NULL,
    series_number REAL,
    modality TEXT,
    attributes TEXT NOT NULL,
    UNIQUE (study_id, series_instance_uid)
  ) STRICT;
  CREATE TABLE instance (
    id INTEGER PRIMARY KEY,
    archive_id INTEGER NOT NULL REFERENCES archive,
    series_id INTEGER NOT NULL REFERENCES series,
    sop_instance_uid TEXT NOT NULL,
    sop_class_uid TEXT NOT NULL,
    transfer_syntax_uid TEXT NOT NULL,
    instance_number REAL,
    object_key TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    facts TEXT NOT NULL,
    UNIQUE (sop_instance_uid, archive_id)
  ) STRICT;
  CREATE INDEX instance_of_series ON instance (series_id, instance_number, sop_instance_uid);
  CREATE TABLE metadata (
    instance_id INTEGER PRIMARY KEY REFERENCES instance,
    document BLOB NOT NULL
  ) STRICT;
  CREATE TABLE frame_index (
    instance_id INTEGER PRIMARY KEY REFERENCES instance,
    frames BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * With `synchronous = NORMAL` a commit writes the write-ahead log without waiting for the disk, and the catalogue waits
 * itself, in {@link SqliteCatalog.sync}: an acknowledged instance is as safe as with FULL, where the commit would do the
 * same fsync, but the event loop is not held up by the disk. The database is never at risk: SQLite syncs the log before it
 * moves pages from it, in both modes.
 */
const settings = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -32768;
  PRAGMA wal_autocheckpoint = 2000;
`;

const selectRecords = `
  SELECT instance.id, study_instance_uid, series_instance_uid, series_number, modality, sop_instance_uid, sop_class_uid,
    transfer_syntax_uid, instance_number, object_key, size, digest, facts
  FROM instance JOIN series ON series.id = series_id JOIN study ON study.id = study_id
`;

const selectStudy = `${selectRecords} WHERE study_instance_uid = ? AND study.archive_id = ?
  ORDER BY series_number, series_instance_uid, instance_number, sop_instance_uid`;
const selectSeries = `${selectRecords} WHERE study_instance_uid = ? AND study.archive_id = ? AND series_instance_uid = ?
  ORDER BY instance_number, sop_instance_uid`;
const selectInstance = `${selectRecords} WHERE sop_instance_uid = ? AND instance.archive_id = ?
  AND study_instance_uid = ? AND series_instance_uid = ?`;

interface Row {
  readonly id: number;
  readonly study_instance_uid: string;
  readonly series_instance_uid: string;
  readonly series_number: number | null;
  readonly modality: string | null;
  readonly sop_instance_uid: string;
  readonly sop_class_uid: string;
  readonly transfer_syntax_uid: string;
  readonly instance_number: number | null;
  readonly object_key: string;
  readonly size: number;
  readonly digest: string;
  readonly facts: string;
}

/** Rows of a study whose metadata documents are read between two turns of the event loop. */
const documentsAtOnce = 64;

/** Records that are kept of what was looked up before, about a kilobyte each. */
const recordsKept = 8192;

/** Octets of frame indices that are kept. */
const frameIndexBytesKept = 4 * 1024 * 1024;

/** The embedded catalogue: one SQLite database, written by one process. */
export class SqliteCatalog implements Catalog {
  private readonly database: DatabaseSync;
  /** The write-ahead log. It stays the same file for as long as the database is open. */
  private readonly log: number;
  private readonly statements = new Map<string, StatementSync>();
  private readonly archives = new Map<string, number>();
  /** Nobody else writes the database, and an instance never changes: only a study and a series that gain one are forgotten. */
  private readonly found = new LeastRecentlyUsed<readonly InstanceRecord[]>(recordsKept, (records) => records.length);
  private readonly frameIndices = new LeastRecentlyUsed<FrameIndex>(frameIndexBytesKept, (frames) =>
    frames.kind === 'native' ? 64 : frames.offsets.byteLength,
  );

  /**
   * @param options.maxPages most pages of 8 KB that the database may grow to; no limit when left out
   * @throws Error if the database was made by a later version
   */
  constructor(file: string, options: { readonly maxPages?: number } = {}) {
    this.database = new DatabaseSync(file);
    this.database.exec(settings);
    if (options.maxPages !== undefined) this.database.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    const { user_version: version } = this.database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > schemaVersion) {
      this.database.close();
      throw new Error(
        `The catalogue ${file} has version ${version}; this Fiducial reads up to version ${schemaVersion}.`,
      );
    }
    if (version === 0) this.database.exec(`BEGIN; ${schema} COMMIT`);
    this.log = openSync(`${file}-wal`, 'r+');
    for (const row of this.all('SELECT id, ae_title FROM archive') as { id: number; ae_title: string }[]) {
      this.archives.set(row.ae_title, row.id);
    }
  }

  async find(target: Target): Promise<readonly InstanceRecord[]> {
    const archive = this.archives.get(target.aeTitle);
    if (archive === undefined) return [];
    const key = keyOf(target);
    const known = this.found.get(key);
    if (known !== undefined) return known;
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = target;
    const rows = (SOPInstanceUID !== undefined
      ? this.all(selectInstance, SOPInstanceUID, archive, StudyInstanceUID, SeriesInstanceUID ?? null)
      : SeriesInstanceUID !== undefined
        ? this.all(selectSeries, StudyInstanceUID, archive, SeriesInstanceUID)
        : this.all(selectStudy, StudyInstanceUID, archive)) as unknown as Row[];
    const records = rows.map((row) => recordOf(target.aeTitle, row));
    if (records.length > 0) this.found.set(key, records);
    return records;
  }

  async frameIndex(record: InstanceRecord): Promise<FrameIndex | undefined> {
    const key = String(record.id);
    const known = this.frameIndices.get(key);
    if (known !== undefined) return known;
    const row = this.get('SELECT frames FROM frame_index WHERE instance_id = ?', record.id);
    if (row === undefined) return undefined;
    const frames = decodeFrameIndex(row.frames as Uint8Array);
    this.frameIndices.set(key, frames);
    return frames;
  }

  async *metadata(records: Iterable<InstanceRecord>): AsyncGenerator<Uint8Array, void, undefined> {
    let count = 0;
    for (const { id } of records) {
      const row = this.get('SELECT document FROM metadata WHERE instance_id = ?', id);
      if (row === undefined) throw new Error(`instance ${id} has no metadata document`);
      yield row.document as Uint8Array;
      count += 1;
      if (count % documentsAtOnce === 0) await new Promise(setImmediate);
    }
  }

  async insert(batch: readonly NewInstance[]): Promise<readonly InsertOutcome[]> {
    const known = new Map(this.archives);
    try {
      this.run('BEGIN IMMEDIATE');
      const outcomes = batch.map((instance) => this.insertOne(instance));
      this.run('COMMIT');
      for (const { aeTitle, index } of batch) {
        const { StudyInstanceUID, SeriesInstanceUID } = index;
        this.found.delete(keyOf({ aeTitle, StudyInstanceUID }));
        this.found.delete(keyOf({ aeTitle, StudyInstanceUID, SeriesInstanceUID }));
      }
      return outcomes;
    } catch (error) {
      if (this.database.isTransaction) this.run('ROLLBACK');
      for (const aeTitle of this.archives.keys()) if (!known.has(aeTitle)) this.archives.delete(aeTitle);
      throw storageFailure(error);
    }
  }

  async sync(): Promise<void> {
    try {
      await syncFile(this.log);
    } catch (error) {
      throw storageFailure(error);
    }
  }

  async hasObject(objectKey: string): Promise<boolean> {
    return this.get('SELECT 1 FROM instance WHERE object_key = ?', objectKey) !== undefined;
  }

  async close(): Promise<void> {
    closeSync(this.log);
    this.database.close();
  }

  private insertOne(instance: NewInstance): InsertOutcome {
    const { index } = instance;
    const archive = this.archiveId(instance.aeTitle);
    const stored = this.get(
      'SELECT digest FROM instance WHERE sop_instance_uid = ? AND archive_id = ?',
      index.SOPInstanceUID,
      archive,
    );
    if (stored !== undefined) return stored.digest === instance.digest ? 'duplicate' : 'conflict';
    const id = this.insertRow(
      `INSERT INTO instance (archive_id, series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number,
        object_key, size, digest, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      archive,
      this.seriesId(this.studyId(archive, instance), instance),
      index.SOPInstanceUID,
      index.SOPClassUID,
      index.TransferSyntaxUID,
      index.InstanceNumber ?? null,
      instance.objectKey,
      instance.size,
      instance.digest,
      JSON.stringify(factsOf(index)),
    );
    this.run('INSERT INTO metadata (instance_id, document) VALUES (?, ?)', id, instance.metadata);
    if (index.frames !== undefined) {
      this.run('INSERT INTO frame_index (instance_id, frames) VALUES (?, ?)', id, encodeFrameIndex(index.frames));
    }
    return 'stored';
  }

  private archiveId(aeTitle: string): number {
    const known = this.archives.get(aeTitle);
    if (known !== undefined) return known;
    const id = this.insertRow('INSERT INTO archive (ae_title) VALUES (?)', aeTitle);
    this.archives.set(aeTitle, id);
    return id;
  }

  /** The study keeps the attributes of the instance that came first. */
  private studyId(archive: number, { index, study }: NewInstance): number {
    const known = this.get(
      'SELECT id FROM study WHERE study_instance_uid = ? AND archive_id = ?',
      index.StudyInstanceUID,
      archive,
    );
    if (known !== undefined) return known.id as number;
    return this.insertRow(
      'INSERT INTO study (archive_id, study_instance_uid, attributes) VALUES (?, ?, ?)',
      archive,
      index.StudyInstanceUID,
      study,
    );
  }

  /** The series keeps the attributes of the instance that came first. */
  private seriesId(study: number, { index, series }: NewInstance): number {
    const known = this.get(
      'SELECT id FROM series WHERE study_id = ? AND series_instance_uid = ?',
      study,
      index.SeriesInstanceUID,
    );
    if (known !== undefined) return known.id as number;
    return this.insertRow(
      'INSERT INTO series (study_id, series_instance_uid, series_number, modality, attributes) VALUES (?, ?, ?, ?, ?)',
      study,
      index.SeriesInstanceUID,
      index.SeriesNumber ?? null,
      index.Modality ?? null,
      series,
    );
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.statement(sql).get(...values);
  }

  private all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.statement(sql).all(...values);
  }

  private run(sql: string, ...values: SQLInputValue[]): void {
    this.statement(sql).run(...values);
  }

  private insertRow(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...values).lastInsertRowid);
  }
}

function keyOf({ aeTitle, StudyInstanceUID, SeriesInstanceUID = '', SOPInstanceUID = '' }: Target): string {
  return `${aeTitle}\n${StudyInstanceUID}\n${SeriesInstanceUID}\n${SOPInstanceUID}`;
}

/** Names of the index that have a column; the rest is kept as JSON text. */
type Column =
  | 'SOPClassUID'
  | 'SOPInstanceUID'
  | 'StudyInstanceUID'
  | 'SeriesInstanceUID'
  | 'TransferSyntaxUID'
  | 'InstanceNumber'
  | 'SeriesNumber'
  | 'Modality';

function factsOf(index: NewInstance['index']): Omit<StoredIndex, Column> {
  const {
    SOPClassUID: _class,
    SOPInstanceUID: _instance,
    StudyInstanceUID: _study,
    SeriesInstanceUID: _series,
    TransferSyntaxUID: _transferSyntax,
    InstanceNumber: _instanceNumber,
    SeriesNumber: _seriesNumber,
    Modality: _modality,
    frames: _frames,
    ...facts
  } = index;
  return facts;
}

function recordOf(aeTitle: string, row: Row): InstanceRecord {
  return {
    id: row.id,
    aeTitle,
    objectKey: row.object_key,
    size: row.size,
    digest: row.digest,
    index: {
      SOPClassUID: row.sop_class_uid,
      SOPInstanceUID: row.sop_instance_uid,
      StudyInstanceUID: row.study_instance_uid,
      SeriesInstanceUID: row.series_instance_uid,
      TransferSyntaxUID: row.transfer_syntax_uid,
      ...(row.instance_number === null ? {} : { InstanceNumber: row.instance_number }),
      ...(row.series_number === null ? {} : { SeriesNumber: row.series_number }),
      ...(row.modality === null ? {} : { Modality: row.modality }),
      ...(JSON.parse(row.facts) as Omit<StoredIndex, Column>),
    },
  };
}
