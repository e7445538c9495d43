export type ContentCoding = 'gzip' | 'deflate' | 'identity';

/** Codings of this origin server, the one it would rather send first. WADO-RS Retrieve Metadata. */
const contentCodings: readonly ContentCoding[] = ['gzip', 'deflate', 'identity'];

const element = /^[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;

/**
 * Content coding of the response. RFC 9110 12.5.3; nothing acceptable means identity (D-40).
 *
 * @param acceptEncoding value of the Accept-Encoding header field; absent means identity, the plainest of any coding
 * @requirement R-000-073
 * @requirement R-000-074
 * @requirement R-000-075
 * @requirement R-000-076
 */
export function selectContentCoding(acceptEncoding: string | undefined): ContentCoding {
  if (acceptEncoding === undefined) return 'identity';
  const weights = readWeights(acceptEncoding);
  const weightOf = (coding: ContentCoding): number =>
    weights.get(coding) ?? (coding === 'identity' ? unnamedIdentity(weights) : (weights.get('*') ?? 0));
  let best: ContentCoding = 'identity';
  let weight = 0;
  for (const coding of contentCodings) {
    if (weightOf(coding) > weight) {
      best = coding;
      weight = weightOf(coding);
    }
  }
  return best;
}

/** Identity need not be named to be acceptable, but whatever is named comes before it. */
function unnamedIdentity(weights: ReadonlyMap<string, number>): number {
  return weights.get('*') === 0 ? 0 : Number.MIN_VALUE;
}

/** Weights by coding; malformed elements are dropped (D-09). */
function readWeights(acceptEncoding: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const text of acceptEncoding.split(',')) {
    const match = element.exec(text);
    if (match === null) continue;
    const name = match[1]!.toLowerCase();
    weights.set(name === 'x-gzip' ? 'gzip' : name, Number(match[2] ?? 1));
  }
  return weights;
}
