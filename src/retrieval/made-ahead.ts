import type { Representation } from '../packaging/representation.ts';

/** Octets of frames that are made before the status is sent: the memory and the time that it may cost. */
const aheadBytes = 16 * 1024 * 1024;

/**
 * Representations of which the first megabytes are made already: a frame that cannot be decoded is a status then, instead
 * of a connection that ends in the middle. What was made as a whole tells its length.
 *
 * A representation of known length is stored as it is sent; nothing is made for it.
 *
 * @throws OriginServerError as making them does
 */
export async function madeAhead(parts: readonly Representation[]): Promise<readonly Representation[]> {
  const made: Representation[] = [];
  let left = aheadBytes;
  for (const part of parts) {
    if (part.length !== undefined || left <= 0) {
      made.push(part);
      continue;
    }
    const rest = part.open()[Symbol.asyncIterator]();
    const taken: Uint8Array[] = [];
    let octets = 0;
    let next = await rest.next();
    while (next.done !== true) {
      taken.push(next.value);
      octets += next.value.length;
      if (octets >= left) break;
      next = await rest.next();
    }
    left -= octets;
    made.push(
      next.done === true
        ? { ...part, length: octets, open: () => following(taken) }
        : { ...part, open: () => following(taken, rest) },
    );
  }
  return made;
}

async function* following(
  taken: readonly Uint8Array[],
  rest?: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* taken;
    if (rest === undefined) return;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest?.return?.();
  }
}
