import * as mediaTypes from '../../generated/parsers/media-types.js';
import { listElements } from './list-elements.ts';
import { type MediaType, mediaTypeOf } from './media-type.ts';
import type { Parsed } from './parsed.ts';
import { maximumLength, read } from './read.ts';
import type { Weighted } from './weighted.ts';

/**
 * The media ranges of an Accept header field, in the order of the field. Elements that are not well-formed are left out;
 * what is left may be nothing.
 *
 * @requirement R-001-119
 * @requirement R-001-120
 */
export function parseAcceptField(value: string): readonly Weighted<MediaType>[] {
  const field = value.trim();
  if (field === '' || field.length > maximumLength) return [];
  const tree = read(mediaTypes, 'Accept', 'Accept', field);
  const ranges = tree.ok ? tree.value.children : listElements(field).flatMap(rangeOf);
  return ranges.flatMap((range) => {
    const member = weightedMediaType(range, 'Accept');
    return member.ok ? [member.value] : [];
  });
}

function rangeOf(element: string): readonly mediaTypes.Node[] {
  const tree = read(mediaTypes, 'accept_range', 'Accept', element);
  return tree.ok ? [tree.value] : [];
}

/**
 * The media types of the value of an <accept> query parameter (RS: `accept`, URI: `contentType`), after percent-decoding.
 * There are no wildcards and no empty elements in it.
 *
 * @requirement R-001-103
 * @requirement R-001-104
 * @requirement R-001-107
 */
export function parseAcceptParameter(value: string): Parsed<readonly Weighted<MediaType>[]> {
  const tree = read(mediaTypes, 'accept_list', 'accept', value);
  if (!tree.ok) return tree;
  const members: Weighted<MediaType>[] = [];
  for (const node of tree.value.children) {
    const member = weightedMediaType(node, 'accept');
    if (!member.ok) return member;
    members.push(member.value);
  }
  return { ok: true, value: members };
}

/**
 * @requirement R-001-098
 * @requirement R-001-101
 */
function weightedMediaType(member: mediaTypes.Node, subject: string): Parsed<Weighted<MediaType>> {
  const [mediaType = member, weight] = member.children;
  const value = mediaTypeOf(mediaType, subject);
  if (!value.ok) return value;
  // What follows a weight are accept extensions, which mean nothing here (RFC 7231 5.3.2).
  return { ok: true, value: { value: value.value, weight: weight === undefined ? 1 : Number(weight.text) } };
}
