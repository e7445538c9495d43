import { originServerError } from '../errors/origin-server-error.ts';

/** Octets that may stand in a request target as they are; everything else has to be percent-encoded. */
const printable = /^[\x21-\x7e]*$/;

/** A request target in origin form: one in absolute form loses its scheme and authority (RFC 9112 3.2). */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*\/?/i, '/');
}

/** Path and query component of a URL; the query is empty if there is none. */
export function partsOf(url: string): { readonly path: string; readonly query: string } {
  const queryAt = url.indexOf('?');
  return queryAt < 0 ? { path: url, query: '' } : { path: url.slice(0, queryAt), query: url.slice(queryAt + 1) };
}

/**
 * Looks at the characters and percent-escapes of a request target (RFC 3986 2). It comes before any route, so that a malformed target is
 * never taken for an unknown one.
 *
 * @throws OriginServerError path-invalid or query-string-malformed
 */
export function checkUrl(url: string): void {
  if (!url.startsWith('/')) throw originServerError('path-invalid', `The request target "${clip(url)}" is not a path.`);
  const { path, query } = partsOf(url);
  const pathFault = faultOf(path);
  if (pathFault !== undefined) {
    throw originServerError('path-invalid', `The path ${pathFault}.`, { source: 'RFC 3986 2.1' });
  }
  const queryFault = faultOf(query);
  if (queryFault !== undefined) throw originServerError('query-string-malformed', `The query component ${queryFault}.`);
}

/** Escapes of the characters that mean the same without them (RFC 3986 2.3). */
const unreservedEscape = /%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)/gi;

/**
 * A URL whose escapes are well-formed, its path without those that are none: an identifier is the same resource whether
 * its letters, digits, dots and hyphens are escaped or not (RFC 3986 6.2.2.2).
 */
export function normalizedPath(url: string): string {
  if (!url.includes('%')) return url;
  const { path } = partsOf(url);
  return path.replace(unreservedEscape, decodeURIComponent) + url.slice(path.length);
}

function faultOf(component: string): string | undefined {
  if (!printable.test(component) || component.includes('#')) {
    return 'holds a character that has to be percent-encoded';
  }
  if (!component.includes('%')) return undefined;
  const badEscape = component.search(/%(?![0-9A-Fa-f]{2})/);
  if (badEscape >= 0) return `has a "%" that two hexadecimal digits do not follow, at character ${badEscape + 1}`;
  if (component.includes('%00')) return 'holds the character NUL';
  try {
    decodeURIComponent(component);
  } catch {
    return 'holds percent-encoded octets that are not UTF-8';
  }
  return undefined;
}

/** A piece of the request that is short enough to be shown in an answer. */
export function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
