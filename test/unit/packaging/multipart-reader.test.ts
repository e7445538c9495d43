import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMultipart } from '../../../src/packaging/multipart-reader.ts';

const boundary = 'cut here';

interface ReadPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

async function read(chunks: readonly (string | Uint8Array)[], using = boundary): Promise<readonly ReadPart[]> {
  const parts: ReadPart[] = [];
  for await (const part of readMultipart(bytesOf(chunks), using)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of part.body) pieces.push(Uint8Array.from(piece));
    parts.push({ headers: Object.fromEntries(part.headers), content: Buffer.concat(pieces).toString('latin1') });
  }
  return parts;
}

async function* bytesOf(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
}

function lines(...all: readonly string[]): string {
  return all.join('\r\n');
}

describe('multipart body (RFC 2046 5.1.1)', () => {
  test('preamble, padding after a boundary and epilogue are no content', async () => {
    const body = lines(
      'a preamble',
      '--cut here \t',
      'Content-Type: a/b',
      '',
      'one',
      '--cut here',
      '',
      'two',
      '--cut here--',
      'epilogue',
    );
    expect(await read([body])).toEqual([
      { headers: { 'content-type': 'a/b' }, content: 'one' },
      { headers: {}, content: 'two' },
    ]);
  });

  test('the first boundary may be the first octets of the body, and the last one the last', async () => {
    expect(await read([lines('--cut here', '', '', '--cut here--')])).toEqual([{ headers: {}, content: '' }]);
  });

  test('header fields are folded, repeated and written in any case', async () => {
    const body = lines('--cut here', 'CONTENT-type:a/b;', ' c=d', 'X: 1', 'x: 2 ', '', '', '--cut here--');
    expect((await read([body]))[0]!.headers).toEqual({ 'content-type': 'a/b; c=d', x: '1, 2' });
  });

  test('what only looks like a boundary is content', async () => {
    const content = lines('x', '--cut', '', '-', '--cut her', '\n--cut here', '\r');
    expect((await read([lines('--cut here', '', content, '--cut here--')]))[0]!.content).toBe(content);
  });

  test('a part that nobody reads is skipped', async () => {
    const body = lines('--cut here', '', 'one', '--cut here', '', 'two', '--cut here--');
    let count = 0;
    for await (const _ of readMultipart(bytesOf([body]), boundary)) count += 1;
    expect(count).toBe(2);
  });

  test('a body of the close delimiter alone has no parts', async () => {
    expect(await read(['--cut here--'])).toEqual([]);
  });

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ['an empty body', '', /without the boundary/],
    ['a body without the boundary', 'abc\r\n--other\r\n', /without the boundary/],
    ['lines that end with LF alone', '--cut here\nA: b\n\nx\n--cut here--\n', /end of its line/],
    ['an end after a boundary', '--cut here', /does not close it/],
    ['an end inside the header fields', '--cut here\r\nA: b\r\n', /do not end with a blank line before/],
    ['an end inside a part', '--cut here\r\n\r\nabc', /inside part 1/],
    ['an end inside a boundary', '--cut here\r\n\r\nabc\r\n--cut he', /inside part 1/],
    ['other characters after a boundary', '--cut here!\r\n\r\nabc\r\n--cut here--', /other characters/],
    [
      'a line that is no header field',
      '--cut here\r\nno field\r\n\r\nabc\r\n--cut here--',
      /no header field: "no field"/,
    ],
    ['header fields without end', `--cut here\r\nA: ${'b'.repeat(20_000)}`, /within 16384 bytes/],
    ['padding without end', `--cut here${' '.repeat(2_000)}`, /within 1024 bytes/],
  ];
  test.each(malformed)('%s is malformed', async (_name, body, message) => {
    await expect(read([body])).rejects.toMatchObject({
      code: 'store-request-malformed',
      message: expect.stringMatching(message),
    });
  });

  test('whatever the content and wherever the chunks are cut, the parts are the same', async () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      // Content made of what boundaries are made of.
      fc
        .array(fc.constantFrom('\r', '\n', '-', '--cut', '\r\n--cut her', ' '), { maxLength: 12 })
        .map((all) => Buffer.from(all.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(octets, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(20), { minLength: 1 }),
        async (contents, cuts) => {
          const parts = contents.map((content) => Buffer.from(content).toString('latin1'));
          fc.pre(parts.every((part) => !`\r\n${part}`.includes('\r\n--cut here')));
          const body = Buffer.from(
            `${parts.map((part) => `\r\n--cut here\r\nA: b\r\n\r\n${part}`).join('')}\r\n--cut here--\r\n`,
            'latin1',
          );
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < body.length; turn += 1) {
            const length = cuts[turn % cuts.length]! + (turn % cuts.length === 0 ? 1 : 0);
            chunks.push(body.subarray(at, at + length));
            at += length;
          }
          expect(await read(chunks)).toEqual(parts.map((content) => ({ headers: { a: 'b' }, content })));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a body that is cut anywhere before its close delimiter is malformed, and never gives a part that is whole but wrong', async () => {
    const body = lines('--cut here', 'A: b', '', 'one', '--cut here', '', 'two', '--cut here--');
    for (let length = 0; length < body.length; length += 1) {
      await expect(read([body.slice(0, length)])).rejects.toMatchObject({ code: 'store-request-malformed' });
    }
  });
});
