import { pipeline, Readable } from 'node:stream';
import { createDeflate, createGzip } from 'node:zlib';
import type { DicomJson } from '../dicom/json-model.ts';
import { decodeMetadataDocument, metadataStream } from '../dicom/metadata-document.ts';
import { toXmlModel } from '../dicom/xml-model.ts';
import { type ContentCoding, selectContentCoding } from '../negotiation/content-coding.ts';
import { mediaTypeOf, multipartRelatedOf } from '../negotiation/media-type-name.ts';
import { type SupportedMediaType, selectMediaType } from '../negotiation/selected-media-type.ts';
import { boundaryOf, multipartRelated } from '../packaging/multipart-related.ts';
import type { PackagedBody } from '../packaging/representation.ts';
import type { InstanceRecord, Target } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { LeastRecentlyUsed } from '../storage/least-recently-used.ts';
import { formatMediaType } from '../syntax/media-type.ts';
import { acceptableMediaTypesOf, notAcceptableError } from './acceptable.ts';
import { entityTagOf } from './entity-tag.ts';
import { instanceURI } from './resource-uri.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse } from './response.ts';
import { targetInstances } from './target-instances.ts';

/** WADO-RS Retrieve Metadata; application/json is another name of the first (D-32). */
const metadataMediaTypes: readonly SupportedMediaType[] = [
  { mediaType: mediaTypeOf('application/dicom+json'), default: true },
  { mediaType: multipartRelatedOf('application/dicom+xml') },
];

/**
 * Retrieves the metadata of a study, a series or an instance. JSON goes out in the compressed pieces that are stored.
 * PS3.18 Sup174 6.5, RetrieveMetadata.
 *
 * @throws OriginServerError 400, 404, 406
 * @requirement R-000-069
 * @requirement R-000-070
 * @requirement R-000-071
 * @requirement R-000-072
 * @requirement R-001-232
 */
export async function retrieveMetadata(
  needs: { readonly instanceStore: InstanceStore },
  request: RetrieveRequest,
  target: Target,
): Promise<RetrieveResponse<200 | 304>> {
  const acceptable = acceptableMediaTypesOf(request, 'dicom');
  const selected = selectMediaType(acceptable, metadataMediaTypes);
  const records = await targetInstances(needs.instanceStore, target);
  if (selected.kind === 'not-acceptable') throw notAcceptableError(selected);

  const coding = selectContentCoding(request.headers['accept-encoding']);
  const mediaType = formatMediaType(selected.mediaType);
  const uncoded = entityTagOf(records, ['metadata', request.serviceRoot, mediaType]);
  const validators = {
    entityTag: coding === 'identity' ? uncoded : entityTagOf([], [uncoded, coding]),
    vary: 'Accept, Accept-Encoding',
    growing: target.SOPInstanceUID === undefined,
  };
  const body =
    selected.supported.mediaType.type === 'multipart'
      ? coded(xmlParts(needs.instanceStore, records, request.serviceRoot, boundaryOf(uncoded)), coding)
      : { contentType: mediaType, ...json(needs.instanceStore, records, request.serviceRoot, coding, validators) };
  const encoding = coding === 'identity' ? {} : { 'Content-Encoding': coding };
  return notModified(request, validators) ?? payload(request, 200, body, validators, encoding);
}

/** Octets of answers that are kept for whoever asks again, and the longest answer that is. */
const keptBytes = 16 * 1024 * 1024;
const longestKept = 4 * 1024 * 1024;

/** Answers by entity tag, which is another one as soon as anything in them is. */
const keptBodies = new LeastRecentlyUsed<Uint8Array>(keptBytes, ({ length }) => length);

/** Metadata as JSON: put together from what is stored, or as it was put together before. */
function json(
  instanceStore: InstanceStore,
  records: readonly InstanceRecord[],
  serviceRoot: string,
  coding: ContentCoding,
  { entityTag }: { readonly entityTag: string },
): Pick<PackagedBody, 'contentLength' | 'open'> {
  const kept = keptBodies.get(entityTag);
  if (kept !== undefined)
    return {
      contentLength: kept.length,
      open: async function* () {
        yield kept;
      },
    };
  return {
    open() {
      const documents = instanceStore.metadata(records);
      const isPlain = coding === 'identity' && records.length === 1;
      const body = isPlain ? oneDocument(documents, serviceRoot) : metadataStream(documents, serviceRoot, coding);
      return keeping(body, entityTag);
    },
  };
}

/** The array of one document, without the stream that many would need. */
async function* oneDocument(documents: AsyncIterable<Uint8Array>, serviceRoot: string): AsyncGenerator<Uint8Array> {
  for await (const document of documents) yield Buffer.from(`[${decodeMetadataDocument(document, serviceRoot)}]`);
}

async function* keeping(body: AsyncIterable<Uint8Array>, entityTag: string): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length <= longestKept) chunks.push(chunk);
    else chunks.length = 0;
    yield chunk;
  }
  if (length <= longestKept) keptBodies.set(entityTag, Buffer.concat(chunks, length));
}

/** One part an instance, in the Native DICOM Model. PS3.19 A.1. */
function xmlParts(
  instanceStore: InstanceStore,
  records: readonly InstanceRecord[],
  serviceRoot: string,
  boundary: string,
): PackagedBody {
  const parts = records.map((record) => ({
    mediaType: 'application/dicom+xml',
    location: `${instanceURI(serviceRoot, record)}/metadata`,
    async *open() {
      for await (const document of instanceStore.metadata([record])) {
        const json = JSON.parse(decodeMetadataDocument(document, serviceRoot)) as DicomJson;
        yield Buffer.from(toXmlModel(json));
      }
    },
  }));
  return multipartRelated('application/dicom+xml', parts, boundary);
}

/** A body under a content coding, for what is not stored under one. */
function coded(body: PackagedBody, coding: ContentCoding): PackagedBody {
  if (coding === 'identity') return body;
  return {
    contentType: body.contentType,
    open: () => {
      const compressed = coding === 'gzip' ? createGzip() : createDeflate();
      // A failure of the body destroys the stream, whose reader then sees it.
      return pipeline(Readable.from(body.open()), compressed, () => undefined);
    },
  };
}
