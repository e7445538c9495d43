/**
 * Whether the user agent holds the selected representation already, so that 304 is the answer.
 *
 * The comparison is the weak one: `W/` does not count. A value that is no list of entity tags matches nothing.
 * RFC 9110 13.1.2.
 *
 * @param ifNoneMatch value of the If-None-Match header field
 * @param entityTag strong entity tag of the selected representation, with its quotes
 */
export function isNotModified(ifNoneMatch: string | undefined, entityTag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return [...ifNoneMatch.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].some((match) => match[1] === entityTag);
}
