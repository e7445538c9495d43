import type { MediaType } from '../syntax/media-type.ts';
import { formatMediaType } from '../syntax/media-type.ts';
import type { Weighted } from '../syntax/weighted.ts';
import type { AcceptableMediaTypes } from './acceptable-media-types.ts';
import { type Comparison, type SupportedMediaType, specificityOf } from './media-range.ts';
import { canonicalMediaTypeName, mediaTypeName } from './media-type-name.ts';

export type { SupportedMediaType } from './media-range.ts';

/** The representation that the answer is made of. */
export interface Selected<S extends SupportedMediaType = SupportedMediaType> {
  readonly kind: 'selected';
  readonly supported: S;
  /** Media type of the answer, by the name that the user agent uses for it (D-46). */
  readonly mediaType: MediaType;
  /** The media range that gave it its weight. */
  readonly range: MediaType;
  readonly weight: number;
  readonly decidedBy: 'accept query parameter' | 'Accept header field';
  /** Values of the charset parameters that go with the selected media type, best first (6.1.2.4 step 1). */
  readonly charsets: readonly string[];
}

export interface NotAcceptable {
  readonly kind: 'not-acceptable';
  /** Whether another transfer syntax would do, or no supported media type is acceptable at all. */
  readonly reason: 'media type' | 'transfer syntax';
  /** One sentence for a person. */
  readonly why: string;
}

interface Candidate<S> {
  readonly supported: S;
  readonly range: MediaType;
  readonly weight: number;
  /** Place of the range in its list. */
  readonly place: number;
}

/**
 * Selects the media type of the response. PS3.18 Sup174 6.1.1.7.
 *
 * Query parameter and header field are ranked each by themselves. Step 4, the default of the category for a wildcard,
 * is within step 3, where a wildcard covers every supported media type and the default wins a tie (D-06, D-07).
 *
 * @param supported representations of the target, in the order of their table
 * @requirement R-001-116
 * @requirement R-001-129
 * @requirement R-001-132
 * @requirement R-001-134
 * @requirement R-001-135
 * @requirement R-001-136
 * @requirement R-001-137
 */
export function selectMediaType<S extends SupportedMediaType>(
  acceptable: AcceptableMediaTypes,
  supported: readonly S[],
): Selected<S> | NotAcceptable {
  const { parameter, field } = acceptable;

  // 6.1.1.7 step 2
  const ofParameter = rank(parameter ?? [], supported);
  const compatible = ofParameter.filter((candidate) => weigh(field, candidate.supported, 'media type') !== undefined);
  if (compatible.length > 0) return selected(compatible, parameter!, 'accept query parameter');
  if (ofParameter.length > 0) {
    const named = formatMediaType(ofParameter[0]!.range);
    return {
      kind: 'not-acceptable',
      reason: 'media type',
      why: `${named} of the accept query parameter is not covered by a media range of the Accept header field.`,
    };
  }

  // 6.1.1.7 steps 3 and 4
  const ofField = rank(field, supported);
  if (ofField.length > 0) return selected(ofField, field, 'Accept header field');

  // 6.1.1.7 step 5
  return notAcceptable([...(parameter ?? []), ...field], supported);
}

/**
 * Representations that a list accepts, the best first: by weight, then the default, then the order of the list, then
 * that of the table (D-06). PS3.18 Sup174 6.1.1.7.
 *
 * @requirement R-001-138
 * @requirement R-001-139
 * @requirement R-001-140
 * @requirement R-001-141
 */
function rank<S extends SupportedMediaType>(
  list: readonly Weighted<MediaType>[],
  supported: readonly S[],
): readonly Candidate<S>[] {
  return supported
    .flatMap((representation) => {
      const weighed = weigh(list, representation, 'representation');
      return weighed === undefined ? [] : [{ supported: representation, ...weighed }];
    })
    .sort(
      (a, b) =>
        b.weight - a.weight ||
        Number(b.supported.default ?? false) - Number(a.supported.default ?? false) ||
        a.place - b.place,
    );
}

/** Weight that a list gives to a representation: that of its most specific range; undefined for none, and for q=0 (D-08). */
function weigh(
  list: readonly Weighted<MediaType>[],
  supported: SupportedMediaType,
  comparison: Comparison,
): { readonly range: MediaType; readonly weight: number; readonly place: number } | undefined {
  let best: { range: MediaType; weight: number; place: number; specificity: number } | undefined;
  for (const [place, { value: range, weight }] of list.entries()) {
    const specificity = specificityOf(range, supported, comparison);
    if (specificity === undefined) continue;
    const better =
      best === undefined ||
      specificity > best.specificity ||
      // The same range twice: a refusal stands, otherwise the larger weight.
      (specificity === best.specificity && best.weight > 0 && (weight === 0 || weight > best.weight));
    if (better) best = { range, weight, place, specificity };
  }
  return best === undefined || best.weight === 0 ? undefined : best;
}

function selected<S extends SupportedMediaType>(
  candidates: readonly Candidate<S>[],
  list: readonly Weighted<MediaType>[],
  decidedBy: Selected['decidedBy'],
): Selected<S> {
  const { supported, range, weight } = candidates[0]!;
  return {
    kind: 'selected',
    supported,
    mediaType: asNamed(supported.mediaType, range),
    range,
    weight,
    decidedBy,
    charsets: charsetsFor(supported, list),
  };
}

/** A media type under the name that the range uses for it (D-46). */
function asNamed(mediaType: MediaType, range: MediaType): MediaType {
  const root = range.parameters.get('type');
  if (mediaType.type === 'multipart' && root !== undefined && !root.includes('*') && !root.includes(';')) {
    return { ...mediaType, parameters: new Map([...mediaType.parameters, ['type', root.toLowerCase()]]) };
  }
  const sameByAnotherName =
    mediaTypeName(range) !== mediaTypeName(mediaType) &&
    canonicalMediaTypeName(range) === canonicalMediaTypeName(mediaType);
  return sameByAnotherName ? { ...mediaType, type: range.type, subtype: range.subtype } : mediaType;
}

function charsetsFor(supported: SupportedMediaType, list: readonly Weighted<MediaType>[]): readonly string[] {
  return list
    .filter(({ value, weight }) => weight > 0 && value.parameters.has('charset') && value.subtype !== '*')
    .filter(({ value }) => specificityOf(value, supported) !== undefined)
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ value }) => value.parameters.get('charset')!.split(','));
}

function notAcceptable(list: readonly Weighted<MediaType>[], supported: readonly SupportedMediaType[]): NotAcceptable {
  const byName = supported.find((representation) => weigh(list, representation, 'media type') !== undefined);
  if (byName !== undefined) {
    return {
      kind: 'not-acceptable',
      reason: 'transfer syntax',
      why: `${formatMediaType(byName.mediaType)} is supported, but not in a transfer syntax that the request accepts.`,
    };
  }
  const names = [...new Set(supported.map(({ mediaType }) => formatMediaType(mediaType)))];
  return {
    kind: 'not-acceptable',
    reason: 'media type',
    why:
      names.length === 0
        ? 'The target has no representation of this kind.'
        : `The target can be sent as ${names.join(', ')}; the request accepts none of them.`,
  };
}
