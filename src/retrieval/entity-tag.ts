import { createHash } from 'node:crypto';
import type { InstanceRecord } from '../storage/catalog.ts';

/**
 * Strong entity tag of what is made from instances in a certain way: the same tag, the same bytes. RFC 9110 8.8.3.
 *
 * @param instances what it is made from, in order; their digests tell them apart
 * @param representation whatever else the bytes depend on: media types, transfer syntaxes, URLs, content coding
 */
export function entityTagOf(instances: readonly InstanceRecord[], representation: readonly string[]): string {
  const hash = createHash('sha256');
  // One update: a study has thousands of instances.
  hash.update(instances.map(({ digest }) => digest).join(''));
  for (const text of representation) hash.update('\0').update(text);
  return `"${hash.digest('base64url').slice(0, 32)}"`;
}
