/** Bytes [start, end) of a representation. */
export interface RepresentationRange {
  readonly start: number;
  readonly end: number;
}

/** One representation of a target resource, before it is put into a body: nothing is read until it is opened. */
export interface Representation {
  /** Value of Content-Type. */
  readonly mediaType: string;
  /** Absolute URI of the resource: value of Content-Location. */
  readonly location?: string;
  /** In bytes, where it is known without reading. */
  readonly length?: number;
  /** Name for a file that holds it, as a path below the root of an archive. */
  readonly fileName?: string;
  open(): AsyncIterable<Uint8Array>;
  /** Reads a part of it; only where the length is known and any part costs what it is long. */
  openRange?(range: RepresentationRange): AsyncIterable<Uint8Array>;
}

/** A body with the header fields that describe it. */
export interface PackagedBody {
  readonly contentType: string;
  /** In bytes, where it is known before the body is read. */
  readonly contentLength?: number;
  readonly contentLocation?: string;
  readonly contentDisposition?: string;
  open(): AsyncIterable<Uint8Array>;
}
