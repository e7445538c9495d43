import { randomBytes } from 'node:crypto';
import { closeSync, fsync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Objects of a run: as many as recovery looks at after a crash, and as share one marker. */
const runLength = 512;

/** Hexadecimal digits of the name of a run, and of a key: the run and the number in it. */
const runDigits = 24;
const keyDigits = 32;

const fsyncDescriptor = promisify(fsync);

/** A run of keys that was begun, and how many of its objects are neither settled nor discarded. */
interface Run {
  readonly name: string;
  /** Descriptor of its directory, open for as long as there is something to make durable in it. */
  readonly directory: number;
  issued: number;
  outstanding: number;
}

/**
 * The keys of new objects, in runs, and the intents that make a crash harmless.
 *
 * Keys are random: they say nothing of what is inside, two objects never share a file, and an orphan can be removed
 * without a thought. The keys of one run begin alike, so their files share the directory `objects/ab/cd`, a group of
 * objects costs one directory fsync, and the catalogue's index of keys grows at one place.
 *
 * A run has a marker `open-runs/{run}` from before its first object is created until its last one is settled. After a
 * crash only the runs with a marker can hold objects that the catalogue does not know: `recover` looks at those, and at
 * nothing else.
 */
export class ObjectRuns {
  private readonly objects: string;
  private readonly markers: string;
  private readonly open = new Map<string, Run>();
  private current: Run | undefined;

  constructor(directory: string) {
    this.objects = path.join(directory, 'objects');
    this.markers = path.join(directory, 'open-runs');
    mkdirSync(this.objects, { recursive: true });
    mkdirSync(this.markers, { recursive: true });
    syncDirectory(directory);
  }

  /** File of an object. */
  pathOf(key: string): string {
    return path.join(this.directoryOf(key), key);
  }

  /** A key for a new object, whose directory and marker are durable. */
  next(): string {
    const run = this.current ?? this.begin();
    this.current = run.issued + 1 < runLength ? run : undefined;
    const key = run.name + run.issued.toString(16).padStart(keyDigits - runDigits, '0');
    run.issued += 1;
    run.outstanding += 1;
    return key;
  }

  /** Resolves when the files of the keys are durable under their names. */
  async sync(keys: readonly string[]): Promise<void> {
    const runs = new Set(keys.map((key) => this.open.get(key.slice(0, runDigits))!));
    await Promise.all([...runs].map(({ directory }) => fsyncDescriptor(directory)));
  }

  /** Says that an object is gone or known to the catalogue. */
  release(key: string): void {
    const run = this.open.get(key.slice(0, runDigits));
    if (run === undefined) return;
    run.outstanding -= 1;
    if (run !== this.current && run.outstanding === 0) this.end(run);
  }

  /** Ends the current run, if nothing in it is outstanding. */
  close(): void {
    const run = this.current;
    this.current = undefined;
    if (run?.outstanding === 0) this.end(run);
    for (const { directory } of this.open.values()) closeSync(directory);
    this.open.clear();
  }

  /** @returns number of objects removed */
  async recover(isKept: (key: string) => Promise<boolean>): Promise<number> {
    let removed = 0;
    for (const name of readdirSync(this.markers)) {
      for (const key of this.keysOf(name)) {
        if (await isKept(key)) continue;
        rmSync(this.pathOf(key), { force: true });
        removed += 1;
      }
      this.removeMarker(name);
    }
    return removed;
  }

  private begin(): Run {
    const name = randomBytes(runDigits / 2).toString('hex');
    const directory = this.directoryOf(name);
    mkdirSync(directory, { recursive: true });
    syncDirectory(path.dirname(directory));
    syncDirectory(this.objects);
    closeSync(openSync(path.join(this.markers, name), 'wx'));
    syncDirectory(this.markers);
    const run: Run = { name, directory: openSync(directory, 'r'), issued: 0, outstanding: 0 };
    this.open.set(name, run);
    return run;
  }

  private end({ name, directory }: Run): void {
    this.open.delete(name);
    closeSync(directory);
    this.removeMarker(name);
  }

  private removeMarker(name: string): void {
    rmSync(path.join(this.markers, name), { force: true });
  }

  private keysOf(run: string): readonly string[] {
    try {
      return readdirSync(this.directoryOf(run)).filter((key) => key.startsWith(run));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private directoryOf(key: string): string {
    return path.join(this.objects, key.slice(0, 2), key.slice(2, 4));
  }
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
