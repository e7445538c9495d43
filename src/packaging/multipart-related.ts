import type { PackagedBody, Representation } from './representation.ts';

/**
 * Boundary for a body that an entity tag describes, which is a digest of it in base64url.
 *
 * It cannot stand in the body by accident or on purpose: content that holds it would have to hold a hash of itself. The
 * same content always has the same boundary, so that a strong entity tag holds byte by byte. RFC 2046 5.1.1.
 */
export function boundaryOf(entityTag: string): string {
  return `fiducial-${entityTag.slice(1, -1)}`;
}

/**
 * Packs representations into a multipart/related body, in their order and one after the other. RFC 2387; PS3.18 Sup174
 * 6.1.1.1.
 *
 * The length of the body is known when those of all parts are.
 *
 * @param type media type of the root part, without parameters; written in quotes (D-20)
 */
export function multipartRelated(type: string, parts: readonly Representation[], boundary: string): PackagedBody {
  const heads = parts.map((part, place) => Buffer.from(headOf(part, boundary, place), 'latin1'));
  const tail = Buffer.from(`${parts.length === 0 ? '' : '\r\n'}--${boundary}--\r\n`, 'latin1');
  const contentLength = totalLength(heads, parts, tail);
  return {
    contentType: `multipart/related; type="${type}"; boundary=${boundary}`,
    ...(contentLength === undefined ? {} : { contentLength }),
    open: () => joined(parts, (_part, place) => heads[place]!, tail),
  };
}

/**
 * Packs representations that are made while the body is sent, and of which there is at least one.
 *
 * @param type media type of the root part, without parameters
 */
export function multipartRelatedStream(
  type: string,
  parts: AsyncIterable<Representation>,
  boundary: string,
): PackagedBody {
  return {
    contentType: `multipart/related; type="${type}"; boundary=${boundary}`,
    open: () =>
      joined(
        parts,
        (part, place) => Buffer.from(headOf(part, boundary, place), 'latin1'),
        Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'),
      ),
  };
}

/** Each part behind its head, which waits for the first octets: a part that cannot be made has begun nothing. */
async function* joined(
  parts: Iterable<Representation> | AsyncIterable<Representation>,
  headOfPart: (part: Representation, place: number) => Uint8Array,
  tail: Uint8Array,
): AsyncGenerator<Uint8Array> {
  let place = 0;
  for await (const part of parts) {
    const head = headOfPart(part, place++);
    let isBegun = false;
    for await (const chunk of part.open()) {
      if (!isBegun) yield head;
      isBegun = true;
      yield chunk;
    }
    if (!isBegun) yield head;
  }
  yield tail;
}

/** Delimiter and header fields of a part; the CRLF before the delimiter belongs to it (RFC 2046 5.1.1). */
function headOf(part: Representation, boundary: string, place: number): string {
  const fields = [
    `Content-Type: ${part.mediaType}`,
    ...(part.length === undefined ? [] : [`Content-Length: ${part.length}`]),
    ...(part.location === undefined ? [] : [`Content-Location: ${part.location}`]),
  ];
  return `${place === 0 ? '' : '\r\n'}--${boundary}\r\n${fields.join('\r\n')}\r\n\r\n`;
}

function totalLength(
  heads: readonly Uint8Array[],
  parts: readonly Representation[],
  tail: Uint8Array,
): number | undefined {
  let total = tail.length;
  for (const [place, { length }] of parts.entries()) {
    if (length === undefined) return undefined;
    total += heads[place]!.length + length;
  }
  return total;
}
