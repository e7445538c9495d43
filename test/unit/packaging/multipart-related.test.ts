import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundaryOf, multipartRelated } from '../../../src/packaging/multipart-related.ts';
import type { PackagedBody, Representation } from '../../../src/packaging/representation.ts';
import { partsOf } from '../../support/multipart.ts';

function part(chunks: readonly Uint8Array[], isLengthKnown = true): Representation {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    mediaType: 'application/dicom',
    location: 'http://host/instances/1',
    ...(isLengthKnown ? { length } : {}),
    async *open() {
      yield* chunks;
    },
  };
}

async function bytesOf(body: PackagedBody): Promise<Buffer> {
  return Buffer.concat(await Readable.from(body.open()).toArray());
}

const boundary = boundaryOf('"tag"');

describe('multipart/related (RFC 2387, PS3.18 Sup174 6.1.1.1)', () => {
  test('what goes in comes out, whatever it holds', async () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom('\r\n', '--', '\r\n--', boundary.slice(0, -1)).map((text) => Buffer.from(text)),
    );
    const parts = fc.array(fc.array(chunk, { maxLength: 5 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(parts, async (contents) => {
        const body = multipartRelated(
          'application/dicom',
          contents.map((chunks) => part(chunks)),
          boundary,
        );
        const bytes = await bytesOf(body);
        expect(bytes.length).toBe(body.contentLength);
        expect(partsOf(body.contentType, bytes).map(({ content }) => content)).toEqual(
          contents.map((chunks) => Buffer.concat(chunks)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('the root type is in quotes, and a part has its header fields', async () => {
    const body = multipartRelated('application/dicom', [part([Buffer.from('x')])], boundary);
    expect(body.contentType).toBe(`multipart/related; type="application/dicom"; boundary=${boundary}`);
    const [only] = partsOf(body.contentType, await bytesOf(body));
    expect(Object.fromEntries(only!.headers)).toEqual({
      'content-type': 'application/dicom',
      'content-length': '1',
      'content-location': 'http://host/instances/1',
    });
  });

  test('the length is unknown as soon as that of one part is', () => {
    expect(multipartRelated('a/b', [part([]), part([], false)], boundary).contentLength).toBeUndefined();
  });

  test('a part that fails at once has begun nothing', async () => {
    const failing: Representation = {
      mediaType: 'application/dicom',
      // biome-ignore lint/correctness/useYield: it fails before its first chunk
      async *open() {
        throw new Error('unreadable');
      },
    };
    const body = multipartRelated('application/dicom', [failing], boundary).open()[Symbol.asyncIterator]();
    await expect(body.next()).rejects.toThrow('unreadable');
  });

  test('boundaries differ with the content, and keep to RFC 2046', () => {
    expect(boundaryOf('"a"')).not.toBe(boundaryOf('"b"'));
    expect(boundary).toMatch(/^[a-z0-9-]{1,70}$/);
  });
});
