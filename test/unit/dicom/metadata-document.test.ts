import { gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DicomJson } from '../../../src/dicom/json-model.ts';
import {
  type ContentCoding,
  decodeMetadataDocument,
  encodeMetadataDocument,
  metadataStream,
} from '../../../src/dicom/metadata-document.ts';
import { requirement } from '../../support/requirement.ts';

const serviceRoot = 'http://127.0.0.1:8080/dicomweb';

function metadata(instance: number, bulkDataRoot = ''): DicomJson {
  const path = `${bulkDataRoot}/studies/2.25.1/series/2.25.2/instances/2.25.3.${instance}/bulkdata/`;
  return {
    '00080018': { vr: 'UI', Value: [`2.25.3.${instance}`] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'M\u00fcller^\u592a\u90ce' }] },
    // What looks like the property is text here.
    '00104000': { vr: 'LT', Value: ['"BulkDataURI":"/studies/"'] },
    '00880200': { vr: 'SQ', Value: [{ '7FE00010': { vr: 'OB', BulkDataURI: `${path}00880200.1.7FE00010` } }] },
    '7FE00010': { vr: 'OW', BulkDataURI: `${path}7FE00010` },
  };
}

function documentOf(json: DicomJson): Uint8Array {
  return encodeMetadataDocument(JSON.stringify(json));
}

async function bodyOf(
  documents: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  coding: ContentCoding,
  root = serviceRoot,
) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of metadataStream(documents, root, coding)) chunks.push(chunk);
  return { chunks, body: Buffer.concat(chunks) };
}

async function* oneByOne<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

const decoders: Readonly<Record<ContentCoding, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body),
  deflate: (body) => inflateSync(body),
  identity: (body) => body,
};

describe('metadata document', () => {
  const codings: readonly [requirement: string, coding: ContentCoding][] = [
    ['R-000-074', 'gzip'],
    ['R-000-075', 'deflate'],
    ['R-000-076', 'identity'],
  ];
  for (const [id, coding] of codings) {
    requirement(
      [id, 'R-000-071'],
      `documents become one JSON array with absolute bulk data URIs under ${coding}`,
      async () => {
        for (const count of [0, 1, 2, 300]) {
          const instances = Array.from({ length: count }, (_, i) => i);
          const documents = instances.map((i) => documentOf(metadata(i)));
          const { body } = await bodyOf(count === 2 ? documents : oneByOne(documents), coding);
          const text = decoders[coding](body).toString('utf8');
          expect(text).toBe(`[${instances.map((i) => JSON.stringify(metadata(i, serviceRoot))).join(',')}]`);
        }
      },
    );
  }

  test('gzip is one member and nothing after it', async () => {
    const documents = [0, 1, 2].map((i) => documentOf(metadata(i)));
    const { body } = await bodyOf(documents, 'gzip');
    expect(body.subarray(0, 4)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0]));
    // A second member would have to follow the trailer; with its length changed the only member is refused.
    const damaged = Buffer.from(body);
    damaged[body.length - 1]! ^= 1;
    expect(() => gunzipSync(damaged)).toThrow();
    const wrong = Buffer.from(body);
    wrong[body.length - 5]! ^= 1;
    expect(() => gunzipSync(wrong)).toThrow();
  });

  test('chunks are large, whatever the documents are', async () => {
    const documents = Array.from({ length: 3000 }, (_, i) => documentOf(metadata(i % 7)));
    for (const coding of ['gzip', 'deflate', 'identity'] as const) {
      const { chunks, body } = await bodyOf(documents, coding);
      expect(chunks.length).toBeLessThanOrEqual(1 + body.length / (64 * 1024));
      expect(chunks.every((chunk) => chunk.length <= 512 * 1024)).toBe(true);
    }
  });

  test('the service root is text of a JSON string, however long', async () => {
    const root = `http://h/"\\\u00e9/${'x'.repeat(70_000)}`;
    const document = documentOf(metadata(1));
    const { body } = await bodyOf([document], 'gzip', root);
    expect(JSON.parse(gunzipSync(body).toString('utf8'))).toEqual([metadata(1, root)]);
    expect(JSON.parse(decodeMetadataDocument(document, root))).toEqual(metadata(1, root));
  });

  test('a document that is larger than a chunk is sent whole', async () => {
    const noise = Array.from({ length: 60_000 }, (_, i) => ((i * 2_654_435_761) % 4_294_967_296).toString(36));
    const json: DicomJson = { '00091001': { vr: 'LO', Value: noise } };
    const { body } = await bodyOf([documentOf(json), documentOf(json)], 'deflate');
    expect(JSON.parse(inflateSync(body).toString('utf8'))).toEqual([json, json]);
  });

  test('a source that fails ends the stream with its error', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield documentOf(metadata(1));
      throw new Error('the catalogue is gone');
    }
    for (const coding of ['gzip', 'identity'] as const) {
      await expect(bodyOf(failing(), coding)).rejects.toThrow('the catalogue is gone');
    }
  });

  test('a reader that stops early closes the source', async () => {
    for (const coding of ['gzip', 'identity'] as const) {
      let closed = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        const document = documentOf(metadata(1));
        try {
          for (;;) yield document;
        } finally {
          closed = true;
        }
      }
      for await (const _ of metadataStream(endless(), serviceRoot, coding)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(closed).toBe(true);
    }
  });
});
