/** Restart markers, RST0 to RST7 (ISO/IEC 10918-1 table B.1). */
const [firstRestart, lastRestart] = [0xd0, 0xd7];

/** Whether a restart marker begins there. */
export function isRestart(octets: Buffer, at: number): boolean {
  const marker = octets[at + 1] ?? 0;
  return marker >= firstRestart && marker <= lastRestart;
}

/** Octets of ones behind the codes, so that a window of four octets can be read at their end. */
const margin = 8;

/** Entropy-coded octets up to the next marker, without the zero that is stuffed behind each FF (F.1.2.3). */
export function unstuffed(
  octets: Buffer,
  from: number,
): { codes: Uint8Array<ArrayBuffer>; bits: number; next: number } {
  const codes = new Uint8Array(octets.length - from + margin);
  let length = 0;
  for (;;) {
    const found = octets.indexOf(0xff, from);
    const stop = found < 0 ? octets.length : found;
    const isStuffed = octets[stop + 1] === 0;
    const piece = octets.subarray(from, isStuffed ? stop + 1 : stop);
    codes.set(piece, length);
    length += piece.length;
    if (!isStuffed) return { codes, bits: length * 8, next: markerAt(octets, stop) };
    from = stop + 2;
  }
}

/** Where the marker begins, of which any number of FF may stand in front (B.1.1.2). */
function markerAt(octets: Buffer, at: number): number {
  while (octets[at + 1] === 0xff) at++;
  return at;
}

/** Bits from a position on, at least 25 of them, leftmost in a word. */
export function windowAt(codes: Uint8Array, position: number): number {
  const at = position >>> 3;
  return ((codes[at]! << 24) | (codes[at + 1]! << 16) | (codes[at + 2]! << 8) | codes[at + 3]!) << (position & 7);
}
