/**
 * Native frames, each from an octet of its own, as the one value of Pixel Data that has no gap between them: a frame may
 * begin within an octet (PS3.5 8.1.1, D-51).
 */
export async function* joinedFrames(frames: AsyncIterable<Uint8Array>, frameBits: number): AsyncGenerator<Uint8Array> {
  if (frameBits % 8 === 0) {
    yield* frames;
    return;
  }
  let carry = 0;
  let carryBits = 0;
  for await (const frame of frames) {
    const bits = carryBits + frameBits;
    const octets = new Uint8Array(Math.floor(bits / 8));
    for (let i = 0; i < octets.length; i++) {
      const next = frame[i]!;
      octets[i] = carry | (next << carryBits);
      carry = next >> (8 - carryBits);
    }
    const last = bits % 8;
    // What is left of the frame begins the octet that the next one goes on with.
    if (octets.length < frame.length) carry |= frame[octets.length]! << carryBits;
    carry &= (1 << last) - 1;
    carryBits = last;
    yield octets;
  }
  if (carryBits > 0) yield Uint8Array.of(carry);
}
