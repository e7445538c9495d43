import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';

/** The part of the package crc-32 that the zip writer calls. */
interface Crc32Library {
  buf(octets: Uint8Array, seed?: number): number;
}

/**
 * Has the zip writer compute its checksums natively: in JavaScript they take longer than everything else that is done to an
 * archive of stored files.
 */
export function useNativeCrc32(): void {
  const library = createRequire(import.meta.resolve('archiver'))('crc-32') as Crc32Library;
  // The library counts in signed words, and is also given things that are no number for a checksum of nothing.
  library.buf = (octets, seed = 0) => crc32(octets, seed >>> 0) | 0;
}
