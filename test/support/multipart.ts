/** A part of a multipart body: header fields by name in lower case, and its content. */
export interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Buffer;
}

/**
 * Takes a multipart body apart, strictly: what RFC 2046 5.1.1 does not allow is an error.
 *
 * @param contentType value of the Content-Type header field
 */
export function partsOf(contentType: string, body: Buffer): readonly Part[] {
  const boundary = /;\s*boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw new Error(`There is no boundary in ${contentType}`);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Part[] = [];
  let at = text.indexOf(delimiter);
  if (at !== 0) throw new Error('The body does not begin with its boundary');
  for (;;) {
    const start = at + delimiter.length;
    if (text.subarray(start, start + 2).toString() === '--') {
      if (text.subarray(start).toString() !== '--\r\n') throw new Error('There is something after the last boundary');
      return parts;
    }
    if (text.subarray(start, start + 2).toString() !== '\r\n')
      throw new Error('A boundary is not followed by a line end');
    at = text.indexOf(delimiter, start);
    if (at < 0) throw new Error('The last boundary is missing');
    parts.push(partOf(text.subarray(start + 2, at)));
  }
}

function partOf(bytes: Buffer): Part {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('A part has no end of its header fields');
  const fields = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
    }),
  );
  return { headers, content: bytes.subarray(end + 4) };
}

/** The parts of a response. */
export async function partsOfResponse(response: Response): Promise<readonly Part[]> {
  return partsOf(response.headers.get('content-type') ?? '', Buffer.from(await response.arrayBuffer()));
}
