/** The octets alone in a buffer, so that they can be transferred to another thread and nothing else goes away with them. */
export function ownBuffer(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const isAlone = octets.byteLength === octets.buffer.byteLength && octets.buffer instanceof ArrayBuffer;
  return isAlone ? (octets as Uint8Array<ArrayBuffer>) : new Uint8Array(octets);
}
