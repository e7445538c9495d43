import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { useNativeCrc32 } from '../../../src/packaging/native-crc-32.ts';

const library = createRequire(import.meta.resolve('archiver'))('crc-32') as {
  buf(octets: Uint8Array, seed?: unknown): number;
};

test('the native checksum is the one of the library, in one piece and in two', () => {
  const inJavaScript = library.buf;
  const octets = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3);
  const expected = inJavaScript(octets) >>> 0;
  useNativeCrc32();
  expect(library.buf).not.toBe(inJavaScript);
  expect(library.buf(octets) >>> 0).toBe(expected);
  expect(library.buf(octets.subarray(2000), library.buf(octets.subarray(0, 2000))) >>> 0).toBe(expected);
  expect(library.buf(octets, Buffer.alloc(4)) >>> 0).toBe(expected);
});
