import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type RunFiles, syncDirectory } from './run-files.ts';

/** Objects of a run: as many as recovery looks at after a crash, and as share one marker and one directory fsync. */
const runLength = 128;

/** Hexadecimal digits of the name of a run, and of a key: the run and the number in it. */
const runDigits = 24;
const keyDigits = 32;

/** A run of keys that was begun, and how many of its objects are neither settled nor discarded. */
interface Run {
  readonly name: string;
  issued: number;
  outstanding: number;
}

/**
 * The keys of new objects, in runs, and the intents that make a crash harmless.
 *
 * Keys are random: they say nothing of what is inside, two objects never share a file, and an orphan can be removed
 * without a thought. The keys of one run begin alike, so their files share the directory `objects/ab/cd`, and the
 * catalogue's index of keys grows at one place. The files of a run are made all at once, empty, before the first is used:
 * to make each when its object comes, and its name durable, would cost as much as to write ten kilobytes to it.
 *
 * A run has a marker `open-runs/{run}` from before its first file is made until its last object is settled. After a
 * crash only the runs with a marker can hold files that the catalogue does not know: `recover` looks at those, and at
 * nothing else.
 */
export class ObjectRuns {
  private readonly objects: string;
  private readonly markers: string;
  private readonly make: (files: RunFiles) => Promise<void>;
  private readonly open = new Map<string, Run>();
  private current: Run | undefined;
  /** The run after the current one, begun when that is half used. */
  private following: Promise<Run> | undefined;

  /** @param make `makeRunFiles`, off the event loop */
  constructor(directory: string, make: (files: RunFiles) => Promise<void>) {
    this.objects = path.join(directory, 'objects');
    this.markers = path.join(directory, 'open-runs');
    this.make = make;
    mkdirSync(this.objects, { recursive: true });
    mkdirSync(this.markers, { recursive: true });
    syncDirectory(directory);
  }

  /** File of an object. */
  pathOf(key: string): string {
    return path.join(this.directoryOf(key), key);
  }

  /** A key for a new object, of which the file is there, empty, and durable under its name. */
  async next(): Promise<string> {
    while (this.current === undefined || this.current.issued === runLength) {
      const following = this.follow();
      try {
        const run = await following;
        if (this.following === following) this.current = run;
      } finally {
        if (this.following === following) this.following = undefined;
      }
    }
    const run = this.current;
    const key = keyOf(run.name, run.issued);
    run.issued += 1;
    run.outstanding += 1;
    // That it could not be begun is heard of by whoever needs it.
    if (run.issued === runLength / 2) this.follow().catch(() => {});
    return key;
  }

  /** Says that an object is gone or known to the catalogue. */
  release(key: string): void {
    const run = this.open.get(key.slice(0, runDigits));
    if (run === undefined) return;
    run.outstanding -= 1;
    if (run.issued === runLength && run.outstanding === 0) this.end(run.name);
  }

  /** Removes the files that were not used, and the markers of runs in which nothing is outstanding. */
  async close(): Promise<void> {
    await this.following?.catch(() => {});
    for (const { name, issued, outstanding } of this.open.values()) {
      for (let number = issued; number < runLength; number += 1) rmSync(this.pathOf(keyOf(name, number)));
      if (outstanding === 0) this.end(name);
    }
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
      this.end(name);
    }
    return removed;
  }

  private follow(): Promise<Run> {
    this.following ??= this.begin();
    return this.following;
  }

  private async begin(): Promise<Run> {
    const name = randomBytes(runDigits / 2).toString('hex');
    const names = Array.from({ length: runLength }, (_, number) => keyOf(name, number));
    await this.make({ marker: path.join(this.markers, name), directory: this.directoryOf(name), names });
    const run: Run = { name, issued: 0, outstanding: 0 };
    this.open.set(name, run);
    return run;
  }

  private end(name: string): void {
    this.open.delete(name);
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

function keyOf(run: string, number: number): string {
  return run + number.toString(16).padStart(keyDigits - runDigits, '0');
}
