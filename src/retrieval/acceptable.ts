import { originServerError } from '../errors/origin-server-error.ts';
import {
  type AcceptableMediaTypes,
  acceptableMediaTypes,
  type TargetRepresentations,
} from '../negotiation/acceptable-media-types.ts';
import type { NotAcceptable } from '../negotiation/selected-media-type.ts';
import { LeastRecentlyUsed } from '../storage/least-recently-used.ts';
import { parseCharsetParameter } from '../syntax/character-set.ts';
import { parseQueryString, type QueryParameters } from '../syntax/query-string.ts';
import { dicomdirOf } from './dicomdir-parameter.ts';
import { renderingQueryOf } from './rendering-query.ts';
import type { RetrieveRequest } from './response.ts';

/**
 * Query parameters of a request. The charset parameter is checked on every resource, also on those without text.
 *
 * @throws OriginServerError 400 for a malformed query component (D-18) or charset parameter (D-09, D-10)
 * @requirement R-001-174
 * @requirement R-001-175
 */
export function queryParametersOf(request: Pick<RetrieveRequest, 'query'>): QueryParameters {
  const parsed = parseQueryString(request.query);
  if (!parsed.ok) throw originServerError('query-string-malformed', parsed.message);
  for (const charset of parsed.value.get('charset') ?? []) {
    const charsets = parseCharsetParameter(charset);
    if (!charsets.ok) {
      throw originServerError('query-parameter-invalid', charsets.message, { source: 'PS3.18 Sup174 6.1.2.2' });
    }
  }
  return parsed.value;
}

/** Acceptable Media Types that were read before, by all that they depend on. A user agent asks with the same few again and again. */
const known = new LeastRecentlyUsed<AcceptableMediaTypes>(256, () => 1);

/** A longer question is read each time, so that what is remembered stays small. */
const longestRemembered = 1024;

/**
 * Acceptable Media Types of a request to the RS services, where the query parameter is called accept.
 * PS3.18 Sup174 6.1.1.4, Table 6.1.1-4.
 *
 * @throws OriginServerError 400, 406 or 409: see {@link acceptableMediaTypes}
 * @requirement R-001-114
 */
export function acceptableMediaTypesOf(
  request: Pick<RetrieveRequest, 'query' | 'headers'>,
  target: TargetRepresentations,
): AcceptableMediaTypes {
  const query = queryParametersOf(request);
  const sources = { accept: request.headers.accept, acceptParameter: query.get('accept') };
  const question = JSON.stringify([target, sources.accept, sources.acceptParameter]);
  const answer = known.get(question);
  if (answer !== undefined) return answer;
  try {
    const acceptable = acceptableMediaTypes(sources, target);
    if (question.length <= longestRemembered) known.set(question, acceptable);
    return acceptable;
  } catch (cause) {
    // Which query parameters have a meaning depends on the media types; where these fail, all of them come first (D-36).
    if (target === 'retrieve') {
      renderingQueryOf(query);
      dicomdirOf(query);
    }
    throw cause;
  }
}

/** The error for a selection that found nothing: it says which of the two could not be met. */
export function notAcceptableError({ reason, why }: NotAcceptable): Error {
  return originServerError(
    reason === 'transfer syntax' ? 'transfer-syntax-not-acceptable' : 'media-type-not-acceptable',
    why,
  );
}
