/**
 * One pixel of YBR_FULL to R G B: what stands at `at` and the two samples after it becomes three octets at the same place.
 *
 * The inverse of the matrix of PS3.3 C.7.6.3.1.2, that of ITU-T T.871.
 */
export function fromFullRange(from: Uint8Array, at: number, to: Uint8ClampedArray): void {
  const y = from[at]!;
  const cb = from[at + 1]! - 128;
  const cr = from[at + 2]! - 128;
  to[at] = y + 1.402 * cr;
  to[at + 1] = y - 0.344136286 * cb - 0.714136286 * cr;
  to[at + 2] = y + 1.772 * cb;
}
