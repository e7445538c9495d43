import { originServerError } from '../errors/origin-server-error.ts';

/** A part of a multipart body. Its body is read before the next part is asked for; what is left of it is skipped. */
export interface Part {
  /** Header fields, names in lower case; a repeated field is joined with ", ". */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Longest header section of a part, and longest run of padding after a delimiter, in bytes. */
const headerLimit = 16 * 1024;
const paddingLimit = 1024;

const crlf = Buffer.from('\r\n');
const blankLine = Buffer.from('\r\n\r\n');

/**
 * Reads a multipart body part by part (RFC 2046 5.1.1), with the back-pressure of whoever reads the parts.
 *
 * Preamble and epilogue are skipped. Lines end with CRLF and nothing else: a DICOM object may hold a line feed and two
 * hyphens anywhere, so a tolerant reader would cut objects in two.
 *
 * @param boundary as the boundary parameter has it, without the two hyphens
 * @throws OriginServerError store-request-malformed where the body is no multipart body, or ends too early
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part, void, undefined> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const input = new Input(body, delimiter);
  try {
    if (!(await input.skipPast())) {
      throw malformed(`The body ends without the boundary "--${boundary}" on a line of its own.`);
    }
    for (let number = 1; !(await input.atClose()); number += 1) {
      const part = new PartBody(input, number);
      yield { headers: parseHeaders(await input.headerSection(number), number), body: part };
      await part.skip();
    }
    await input.drain();
  } finally {
    await input.close();
  }
}

/**
 * The body as a window that slides over its chunks. Pieces handed out are views of the chunks, not copies: a piece is gone
 * when the next one is asked for.
 */
class Input {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly delimiter: Buffer;
  private readonly beginning: Buffer;
  /** The first delimiter may stand at the very start of the body: it is searched as if a line ended before it. */
  private window: Buffer = crlf;
  private offset = 0;

  constructor(body: AsyncIterable<Uint8Array>, delimiter: Buffer) {
    this.chunks = body[Symbol.asyncIterator]();
    this.delimiter = delimiter;
    this.beginning = delimiter.subarray(0, 7);
  }

  /** Next bytes before the delimiter; 'delimiter' once it is passed; 'end' if the body ends before it. */
  async piece(): Promise<Buffer | 'delimiter' | 'end'> {
    for (;;) {
      const found = this.findDelimiter();
      if (found === this.offset) {
        this.offset += this.delimiter.length;
        return 'delimiter';
      }
      const end = found >= 0 ? found : this.window.length - this.heldBack();
      if (end > this.offset) {
        const piece = this.window.subarray(this.offset, end);
        this.offset = end;
        return piece;
      }
      if (!(await this.more())) return 'end';
    }
  }

  async skipPast(): Promise<boolean> {
    for (;;) {
      const piece = await this.piece();
      if (typeof piece === 'string') return piece === 'delimiter';
    }
  }

  /** Reads what follows a delimiter: the hyphens of the close delimiter, or padding and the end of the line. */
  async atClose(): Promise<boolean> {
    await this.atLeast(2);
    if (this.window[this.offset] === 0x2d && this.window[this.offset + 1] === 0x2d) return true;
    const padding = await this.upTo(crlf, paddingLimit, 'A boundary is not followed by the end of its line (CRLF)');
    if (!/^[ \t]*$/.test(padding)) throw malformed('A boundary is followed by other characters on the same line.');
    return false;
  }

  /** The header section of a part, without the blank line that ends it. */
  async headerSection(number: number): Promise<string> {
    await this.atLeast(2);
    if (this.window[this.offset] === 0x0d && this.window[this.offset + 1] === 0x0a) {
      this.offset += 2;
      return '';
    }
    return this.upTo(blankLine, headerLimit, `The header fields of part ${number} do not end with a blank line`);
  }

  async drain(): Promise<void> {
    while (!(await this.chunks.next()).done);
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  private async upTo(end: Buffer, limit: number, otherwise: string): Promise<string> {
    for (;;) {
      const found = this.window.indexOf(end, this.offset);
      const length = (found >= 0 ? found : this.window.length) - this.offset;
      if (length > limit) throw malformed(`${otherwise} within ${limit} bytes.`);
      if (found >= 0) {
        const text = this.window.toString('latin1', this.offset, found);
        this.offset = found + end.length;
        return text;
      }
      if (!(await this.more())) throw malformed(`${otherwise} before the body ends.`);
    }
  }

  private async atLeast(length: number): Promise<void> {
    while (this.window.length - this.offset < length) {
      if (!(await this.more())) throw malformed('The body ends after a boundary that does not close it.');
    }
  }

  /**
   * Where the next delimiter is, -1 if there is none in the window. Up to seven octets are searched for with memchr, more
   * by Boyer-Moore-Horspool, which takes seven times as long in pixels.
   */
  private findDelimiter(): number {
    const { window, delimiter } = this;
    let found = window.indexOf(this.beginning, this.offset);
    while (found >= 0 && !window.subarray(found, found + delimiter.length).equals(delimiter)) {
      found = window.indexOf(this.beginning, found + 1);
    }
    return found;
  }

  /** Length of the end of the window that may be the beginning of a delimiter. */
  private heldBack(): number {
    let at = this.window.indexOf(0x0d, Math.max(this.offset, this.window.length - this.delimiter.length + 1));
    for (; at >= 0; at = this.window.indexOf(0x0d, at + 1)) {
      const length = this.window.length - at;
      if (this.window.compare(this.delimiter, 0, length, at) === 0) return length;
    }
    return 0;
  }

  private async more(): Promise<boolean> {
    // The chunk may be gone when the next one is here.
    const rest = Buffer.from(this.window.subarray(this.offset));
    this.window = rest;
    this.offset = 0;
    const next = await this.chunks.next();
    if (next.done) return false;
    const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    this.window = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    return true;
  }
}

class PartBody implements AsyncIterableIterator<Uint8Array> {
  private readonly input: Input;
  private readonly number: number;
  private ended = false;

  constructor(input: Input, number: number) {
    this.input = input;
    this.number = number;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.ended) return { done: true, value: undefined };
    const piece = await this.input.piece();
    if (piece === 'end') throw malformed(`The body ends inside part ${this.number}.`);
    if (piece !== 'delimiter') return { done: false, value: piece };
    this.ended = true;
    return { done: true, value: undefined };
  }

  async skip(): Promise<void> {
    while (!(await this.next()).done);
  }
}

function parseHeaders(section: string, number: number): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  if (section === '') return headers;
  const unfolded = section.replace(/\r\n[ \t]+/g, ' ');
  for (const line of unfolded.split('\r\n')) {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line);
    if (field === null) throw malformed(`Part ${number} has a line that is no header field: "${line.slice(0, 60)}".`);
    const name = field[1]!.toLowerCase();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? field[2]! : `${earlier}, ${field[2]}`);
  }
  return headers;
}

function malformed(detail: string): Error {
  return originServerError('store-request-malformed', detail);
}
