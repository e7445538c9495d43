import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fileSource, memorySource } from '../../../src/dicom/byte-source.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('byte source', () => {
  test('a file gives the octets that memory gives, in whatever order they are asked for', () => {
    const octets = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 31) >> 3);
    const file = path.join(temporaryDirectory(), 'octets');
    writeFileSync(file, octets);
    const fd = openSync(file, 'r');
    onTestFinished(() => closeSync(fd));
    const inFile = fileSource(fd, octets.length);
    const inMemory = memorySource(octets);
    const range = fc.tuple(fc.nat(octets.length + 10), fc.oneof(fc.nat(20), fc.nat(400_000)));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 20 }), (ranges) => {
        for (const [offset, length] of ranges) {
          expect(Buffer.compare(inFile.read(offset, length), inMemory.read(offset, length))).toBe(0);
        }
      }),
    );
  });

  test('octets that were read stay as they are when others are read', () => {
    const file = path.join(temporaryDirectory(), 'octets');
    writeFileSync(file, Buffer.concat([Buffer.alloc(100_000, 1), Buffer.alloc(100_000, 2)]));
    const fd = openSync(file, 'r');
    onTestFinished(() => closeSync(fd));
    const source = fileSource(fd, 200_000);
    const first = source.read(0, 4);
    source.read(150_000, 4);
    expect([...first]).toEqual([1, 1, 1, 1]);
  });
});
