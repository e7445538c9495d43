import { closeSync, openSync } from 'node:fs';

export interface OpenFile {
  readonly fd: number;
  /** To be called once when the file is no longer read. */
  release(): void;
}

interface Held {
  readonly fd: number;
  users: number;
}

/**
 * Files kept open for reading, at most `limit` that nobody is reading, the longest unused closed first. The files are
 * immutable, so an open one never has old content.
 */
export class OpenFiles {
  private readonly held = new Map<string, Held>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  open(path: string): OpenFile {
    const file = this.held.get(path) ?? openFile(path);
    // The order of a Map is the order of insertion: to insert again is to become the newest.
    this.held.delete(path);
    this.held.set(path, file);
    file.users += 1;
    if (this.held.size > this.limit) this.trim();
    let released = false;
    return {
      fd: file.fd,
      release: () => {
        if (released) return;
        released = true;
        file.users -= 1;
        if (this.held.size > this.limit) this.trim();
      },
    };
  }

  close(): void {
    for (const { fd } of this.held.values()) closeSync(fd);
    this.held.clear();
  }

  private trim(): void {
    for (const [path, { fd, users }] of this.held) {
      if (this.held.size <= this.limit) return;
      if (users > 0) continue;
      this.held.delete(path);
      closeSync(fd);
    }
  }
}

function openFile(path: string): Held {
  const fd = openSync(path, 'r');
  return { fd, users: 0 };
}
