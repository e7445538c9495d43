/** A part of a multipart body. Its body is read before the next part is asked for; what is left of it is skipped. */
export interface Part {
  /** Header fields, names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Reads a multipart body (RFC 2046 5.1.1) part by part. */
export function readMultipart(_body: AsyncIterable<Uint8Array>, _boundary: string): AsyncIterable<Part> {
  throw new Error('readMultipart');
}
