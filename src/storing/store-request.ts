import { originServerError } from '../errors/origin-server-error.ts';
import { readMultipart } from '../packaging/multipart-reader.ts';
import { parseMultipartRelated } from '../syntax/content-type.ts';
import { type MediaType, parseMediaType } from '../syntax/media-type.ts';

/** One object of a store request. */
export interface StorePart {
  /** Media type the part claims; application/dicom if it claims none. */
  readonly mediaType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

const dicom = 'application/dicom';

/**
 * The objects of a store request (PS3.18 10.5.1): the parts of multipart/related; type="application/dicom", or, beyond
 * the clause, a body that is one application/dicom object.
 *
 * The type parameter may be quoted or not, and may be absent: the parts have media types of their own.
 *
 * @param contentCoding value of Content-Encoding: there is none that is decoded here
 * @throws OriginServerError store-media-type-unsupported or store-request-malformed
 * @requirement R-002-001
 * @requirement R-002-003
 */
export function readStoreRequest(
  field: string | undefined,
  body: AsyncIterable<Uint8Array>,
  contentCoding = 'identity',
): AsyncIterable<StorePart> {
  // RFC 9110 5.6.6: a semicolon that nothing follows is no parameter.
  const contentType = field?.replace(/[ \t;]+$/, '');
  const parsed = parseMediaType(contentType ?? '');
  if (!parsed.ok)
    throw unsupported(
      contentType === undefined ? 'has no Content-Type' : `has a Content-Type that cannot be read: ${parsed.message}`,
    );
  if (contentCoding.toLowerCase() !== 'identity')
    throw unsupported(`has a body in the content coding ${contentCoding}`);
  const mediaType = nameOf(parsed.value);
  if (mediaType === dicom) return onePart(body);
  if (mediaType !== 'multipart/related') throw unsupported(`has a body of ${mediaType}`);
  const multipart = parseMultipartRelated(contentType!);
  if (!multipart.ok) {
    throw originServerError(
      'store-request-malformed',
      `The Content-Type of the request is malformed: ${multipart.message}`,
    );
  }
  const { type, boundary } = multipart.value;
  if (type !== undefined && nameOf(type) !== dicom) throw unsupported(`has parts of ${nameOf(type)}`);
  return parts(body, boundary);
}

async function* onePart(body: AsyncIterable<Uint8Array>): AsyncGenerator<StorePart> {
  yield { mediaType: dicom, body };
}

/** @requirement R-002-014 */
async function* parts(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<StorePart> {
  let count = 0;
  for await (const part of readMultipart(body, boundary)) {
    count += 1;
    yield { mediaType: mediaTypeNameOf(part.headers.get('content-type') ?? dicom), body: part.body };
  }
  if (count === 0)
    throw originServerError('store-request-malformed', 'The multipart body of the request has no parts.');
}

function mediaTypeNameOf(contentType: string): string {
  if (contentType === dicom) return dicom;
  const claimed = parseMediaType(contentType);
  return claimed.ok ? nameOf(claimed.value) : 'a malformed media type';
}

function nameOf({ type, subtype }: MediaType): string {
  return `${type}/${subtype}`;
}

function unsupported(what: string): Error {
  return originServerError(
    'store-media-type-unsupported',
    `The store request ${what}. Send multipart/related; type="application/dicom" with one DICOM file in each part.`,
  );
}
