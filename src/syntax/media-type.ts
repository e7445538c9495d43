import * as mediaTypes from '../../generated/parsers/media-types.js';
import type { Parsed } from './parsed.ts';
import { quote, quoteUnlessToken, unquote } from './quoted-string.ts';
import { failure, read } from './read.ts';

/** A media type or, with `*` for subtype or for both, a media range (PS3.18 Sup174 6.1.1, 6.1.1.6). */
export interface MediaType {
  /** In lower case. */
  readonly type: string;
  /** In lower case. */
  readonly subtype: string;
  /**
   * Names in lower case, values without quotes and in their own case; `q` is never among them. A `charset` given several
   * times has all its values, joined by commas in their order.
   */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads one media type, without wildcards.
 *
 * @requirement R-001-025
 * @requirement R-001-028
 */
export function parseMediaType(text: string): Parsed<MediaType> {
  const tree = read(mediaTypes, 'media_type', 'media type', text);
  return tree.ok ? mediaTypeOf(tree.value, 'media type') : tree;
}

/**
 * Writes a media type; values that are no token, and the type of a multipart, get quotes.
 *
 * @requirement R-001-049
 */
export function formatMediaType(mediaType: MediaType): string {
  const parameters = [...mediaType.parameters].map(([name, value]) => {
    const quoted = mediaType.type === 'multipart' && name === 'type';
    return `; ${name}=${quoted ? quote(value) : quoteUnlessToken(value)}`;
  });
  return `${mediaType.type}/${mediaType.subtype}${parameters.join('')}`;
}

/**
 * The value of a `media-type` or `media-range` node.
 *
 * @requirement R-001-030
 * @requirement R-001-034
 */
export function mediaTypeOf(node: mediaTypes.Node, subject: string): Parsed<MediaType> {
  let type = '*';
  let subtype = '*';
  const parameters = new Map<string, string>();
  const [first] = node.children;
  const parts = first?.rule === 'media-type' ? first.children : node.children;
  for (const child of parts) {
    if (child.rule === 'type') type = child.text.toLowerCase();
    else if (child.rule === 'subtype') subtype = child.text.toLowerCase();
    else if (child.rule === 'type-wildcard') type = child.children[0]?.text.toLowerCase() ?? type;
    else if (child.rule === 'parameter') {
      const [name, value] = parameterOf(child);
      const before = parameters.get(name);
      // 6.1.2.4 step 1 speaks of the "charset" parameter(s); any other may be there once (RFC 6838 4.3).
      if (before !== undefined && name !== 'charset') {
        return failure(subject, child.at, `another parameter was expected, found ${name} again`);
      }
      parameters.set(name, before === undefined ? value : `${before},${value}`);
    }
  }
  return { ok: true, value: { type, subtype, parameters } };
}

/** Name in lower case and value without quotes of a `parameter` or `boundary-parameter` node. */
export function parameterOf(node: mediaTypes.Node): readonly [name: string, value: string] {
  const [attribute, value] = node.children;
  if (attribute?.rule === 'type-parameter') return ['type', attribute.text.slice('type='.length)];
  if (attribute?.rule === 'boundary') return ['boundary', attribute.text];
  const text = value?.text ?? '';
  return [attribute?.text.toLowerCase() ?? '', value?.rule === 'quoted-string' ? unquote(text) : text];
}
