import { isMarkedAsUntransferable } from 'node:worker_threads';

/**
 * The octets in a buffer that can be transferred to another thread: alone there, so that nothing else goes away with
 * them, and not one that a native module keeps.
 */
export function ownBuffer(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = octets;
  const isOwn =
    octets.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer);
  return isOwn ? (octets as Uint8Array<ArrayBuffer>) : new Uint8Array(octets);
}
