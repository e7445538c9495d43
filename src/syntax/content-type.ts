import * as mediaTypes from '../../generated/parsers/media-types.js';
import { type MediaType, parameterOf, parseMediaType } from './media-type.ts';
import type { Parsed } from './parsed.ts';
import { failure, read } from './read.ts';

export interface MultipartRelated {
  /** Media type of the root part. */
  readonly type?: MediaType;
  /** 1 to 70 characters; 73 of Orthanc's. */
  readonly boundary: string;
  /** Content identifier of the root part, where it is not the first one. */
  readonly start?: string;
}

const subject = 'Content-Type';

/** RFC 2046 5.1.1. */
const longestBoundary = 70;

/** Orthanc's boundaries are a UUID twice: three characters more than that, and nothing is stored from it without them. */
const uuidTwice = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\1$/;

/**
 * Reads the Content-Type of a multipart/related message (PS3.18 Sup174 6.1.1.1, RFC 2387). The boundary has to be there;
 * type may come with or without quotes, and is not missed where it is left out.
 *
 * @requirement R-001-040
 * @requirement R-001-041
 * @requirement R-001-044
 */
export function parseMultipartRelated(contentType: string): Parsed<MultipartRelated> {
  const tree = read(mediaTypes, 'multipart_related', subject, contentType.trim());
  if (!tree.ok) return tree;
  const parameters = new Map<string, { readonly value: string; readonly at: number }>();
  for (const node of tree.value.children) {
    const [name, value] = parameterOf(node);
    if (parameters.has(name)) return failure(subject, node.at, `another parameter was expected, found ${name} again`);
    parameters.set(name, { value, at: node.at });
  }
  const boundary = parameters.get('boundary');
  if (boundary === undefined) return failure(subject, tree.value.text.length, 'a boundary was expected, found none');
  const wrong = boundaryFault(boundary.value);
  if (wrong !== undefined) return failure(subject, boundary.at, wrong);
  const type = parameters.get('type');
  const root = type === undefined ? undefined : parseMediaType(type.value);
  if (type !== undefined && root?.ok === false) {
    return failure(subject, type.at, `a media type was expected as type, found ${JSON.stringify(type.value)}`);
  }
  const start = parameters.get('start');
  return {
    ok: true,
    value: {
      ...(root?.ok ? { type: root.value } : {}),
      boundary: boundary.value,
      ...(start === undefined ? {} : { start: start.value }),
    },
  };
}

function boundaryFault(boundary: string): string | undefined {
  if (uuidTwice.test(boundary)) return undefined;
  if (boundary.length > longestBoundary) {
    return `a boundary of at most ${longestBoundary} characters was expected, found ${boundary.length}`;
  }
  return read(mediaTypes, 'boundary', 'boundary', boundary).ok
    ? undefined
    : `a boundary was expected, found ${JSON.stringify(boundary)}`;
}
