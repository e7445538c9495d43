import { hash } from 'node:crypto';
import type { InstanceRecord } from '../storage/catalog.ts';

/**
 * Strong entity tag of what is made from instances in a certain way: the same tag, the same bytes. RFC 9110 8.8.3.
 *
 * @param instances what it is made from, in order; their digests tell them apart
 * @param representation whatever else the bytes depend on: media types, transfer syntaxes, URLs, content coding
 */
export function entityTagOf(instances: readonly InstanceRecord[], representation: readonly string[]): string {
  const content = [instances.map(({ digest }) => digest).join(''), ...representation].join('\0');
  return `"${hash('sha256', content, 'base64url').slice(0, 32)}"`;
}
