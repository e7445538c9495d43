import { originServerError } from '../errors/origin-server-error.ts';
import { parseAcceptField, parseAcceptParameter } from '../syntax/accept.ts';
import { formatMediaType, type MediaType, parseMediaType } from '../syntax/media-type.ts';
import type { Weighted } from '../syntax/weighted.ts';
import { transferSyntaxAskedFor } from './media-range.ts';
import { canonicalMediaTypeName } from './media-type-name.ts';
import { isRenderedMediaType } from './rendered-media-types.ts';

export type MediaTypeKind = 'dicom' | 'rendered';

/**
 * What the target resource can be: `retrieve` has both DICOM and rendered representations (the bare study, series,
 * instance and frames), `rendered` has rendered ones alone, `dicom` has no rendered ones (metadata and bulk data).
 */
export type TargetRepresentations = 'retrieve' | 'rendered' | 'dicom';

/** The media types that the user agent can take in the response. PS3.18 Sup174 6.1.1.4. */
export interface AcceptableMediaTypes {
  /** Which transaction is asked for: Retrieve DICOM or Retrieve Rendered (D-03). */
  readonly kind: MediaTypeKind;
  /** Accept header field: media ranges in the order of the field. */
  readonly field: readonly Weighted<MediaType>[];
  /** accept query parameter: media types in the order of the query; undefined if the request has none. */
  readonly parameter?: readonly Weighted<MediaType>[];
}

/** What a request says about media types. */
export interface AcceptSources {
  /** Value of the Accept header field. */
  readonly accept: string | undefined;
  /** Values of the accept query parameter (contentType in the URI service), decoded. */
  readonly acceptParameter: readonly string[] | undefined;
}

/**
 * Reads the Acceptable Media Types of a request. PS3.18 Sup174 6.1.1.4, in the order of D-36: a malformed query
 * parameter, a missing Accept, a mixture of DICOM and rendered media types.
 *
 * @throws OriginServerError 400 for a malformed accept query parameter (D-09, D-10), 406 without an Accept header field
 *   (D-01) or with one that has no well-formed media range, 409 where both kinds are acceptable (D-02)
 * @requirement R-001-091
 * @requirement R-001-094
 * @requirement R-001-095
 * @requirement R-001-097
 * @requirement R-001-103
 * @requirement R-001-108
 * @requirement R-001-130
 */
export function acceptableMediaTypes(
  sources: AcceptSources,
  target: TargetRepresentations = 'retrieve',
): AcceptableMediaTypes {
  const parameter = readAcceptParameter(sources.acceptParameter);
  const field = readAcceptField(sources.accept);
  const named = explicitKinds(parameter ?? field, target);
  if (named.size > 1) throw mixture(parameter ?? field, target);
  const kind = firstOf(named) ?? firstOf(explicitKinds(field, target)) ?? kindOfRanges(field, target);
  return { kind, field, ...(parameter === undefined ? {} : { parameter }) };
}

function readAcceptParameter(values: readonly string[] | undefined): readonly Weighted<MediaType>[] | undefined {
  if (values === undefined) return undefined;
  return values.flatMap((value) => {
    const parsed = parseAcceptParameter(value);
    if (!parsed.ok) {
      throw originServerError('query-parameter-invalid', `The accept query parameter is malformed. ${parsed.message}`, {
        source: 'PS3.18 Sup174 6.1.1.5',
      });
    }
    return parsed.value;
  });
}

function readAcceptField(value: string | undefined): readonly Weighted<MediaType>[] {
  if (value === undefined || value.trim() === '') {
    throw originServerError(
      'accept-missing',
      'The request has no Accept header field, or an empty one. Send the media types that you can take, at a minimum */*.',
    );
  }
  const field = parseAcceptField(value);
  if (field.length === 0) {
    throw originServerError('media-type-not-acceptable', 'The Accept header field has no well-formed media range.', {
      source: 'PS3.18 Sup174 6.1.1.6',
      requirement: 'R-001-119',
    });
  }
  return field;
}

/** Kinds of the members that name a media type; wildcards and q=0 do not count (D-02, D-08). */
function explicitKinds(
  members: readonly Weighted<MediaType>[],
  target: TargetRepresentations,
): ReadonlySet<MediaTypeKind> {
  const kinds = new Set<MediaTypeKind>();
  for (const { value, weight } of members) {
    const kind = weight > 0 ? mediaTypeKind(value, target) : undefined;
    if (kind !== undefined) kinds.add(kind);
  }
  return kinds;
}

const dicomMediaTypes: ReadonlySet<string> = new Set([
  'application/dicom',
  'application/dicom+json',
  'application/dicom+xml',
  'application/zip',
]);

/** Whether a media type is a DICOM or a rendered one; neither for a wildcard or a type of no table. D-02, D-04. */
export function mediaTypeKind(mediaType: MediaType, target: TargetRepresentations): MediaTypeKind | undefined {
  if (mediaType.type === 'multipart') {
    return target === 'rendered' && isRenderedEnvelope(mediaType) ? 'rendered' : 'dicom';
  }
  const name = canonicalMediaTypeName(mediaType);
  if (dicomMediaTypes.has(name)) return 'dicom';
  // Bulk data of one value may be sent as a single part of its own type; there is no rendered form beside it.
  if (!isRenderedMediaType(name)) return undefined;
  return target === 'dicom' ? 'dicom' : 'rendered';
}

function isRenderedEnvelope(mediaType: MediaType): boolean {
  const root = mediaType.parameters.get('type');
  if (root === undefined) return true;
  const parsed = parseMediaType(root);
  return parsed.ok && (parsed.value.subtype === '*' || isRenderedMediaType(canonicalMediaTypeName(parsed.value)));
}

/** Kind where no media type is named: image/*, text/* and video/* have no DICOM form on these resources (D-03). */
function kindOfRanges(field: readonly Weighted<MediaType>[], target: TargetRepresentations): MediaTypeKind {
  if (target !== 'retrieve') return target;
  const rendered = field.some(({ value, weight }) => weight > 0 && renderedTypes.has(value.type));
  return rendered ? 'rendered' : 'dicom';
}

const renderedTypes: ReadonlySet<string> = new Set(['image', 'text', 'video']);

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const member of set) return member;
  return undefined;
}

function mixture(members: readonly Weighted<MediaType>[], target: TargetRepresentations): Error {
  const first = (kind: MediaTypeKind): string => {
    const member = members.find(({ value, weight }) => weight > 0 && mediaTypeKind(value, target) === kind);
    return member === undefined ? kind : formatMediaType(member.value);
  };
  return originServerError(
    'media-types-mixed',
    `${first('dicom')} is a DICOM media type and ${first('rendered')} a rendered one: ask for one kind.`,
  );
}

/** UIDs that the request names in transfer-syntax parameters, without `*`. */
export function transferSyntaxesAskedFor(acceptable: AcceptableMediaTypes): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const { value, weight } of [...(acceptable.parameter ?? []), ...acceptable.field]) {
    const uid = weight > 0 ? transferSyntaxAskedFor(value) : undefined;
    if (uid !== undefined && uid !== '*') uids.add(uid);
  }
  return uids;
}
