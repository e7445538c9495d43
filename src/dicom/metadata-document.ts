import type { DicomJson } from './json-model.ts';

export type ContentCoding = 'gzip' | 'deflate' | 'identity';

/** @param json metadata of one instance, each BulkDataURI a path below the service root that begins with "/studies/" */
export function encodeMetadataDocument(_json: DicomJson): Uint8Array {
  throw new Error('encodeMetadataDocument');
}

/** JSON text of one document, its bulk data URIs absolute. */
export function decodeMetadataDocument(_document: Uint8Array, _serviceRoot: string): string {
  throw new Error('decodeMetadataDocument');
}

/** A JSON array of documents under a content coding. */
export function metadataStream(
  _documents: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  _serviceRoot: string,
  _coding: ContentCoding,
): AsyncIterable<Uint8Array> {
  throw new Error('metadataStream');
}
