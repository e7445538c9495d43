import type { Handler } from '../../generated/operations.ts';
import { conformanceStatement } from '../capabilities/conformance-statement.ts';
import { mediaTypeOf } from '../negotiation/media-type-name.ts';
import { type SupportedMediaType, selectMediaType } from '../negotiation/selected-media-type.ts';
import { acceptableMediaTypesOf, notAcceptableError } from '../retrieval/acceptable.ts';

const markdown = 'text/markdown';
const plain = 'text/plain';

const supported: readonly SupportedMediaType[] = [
  { mediaType: mediaTypeOf(plain), default: true },
  { mediaType: mediaTypeOf(markdown) },
];

/**
 * The DICOM Conformance Statement (PS3.2): Markdown, which a browser shows as the plain text it also is.
 *
 * @requirement R-001-162
 * @requirement R-001-247
 * @requirement R-001-271
 */
export function retrieveConformanceStatement(): Handler<'retrieveConformanceStatement'> {
  const statement = conformanceStatement();
  return async (request) => {
    const selection = selectMediaType(acceptableMediaTypesOf(request, 'rendered'), supported);
    if (selection.kind === 'not-acceptable') throw notAcceptableError(selection);
    const { type, subtype } = selection.supported.mediaType;
    return {
      status: 200,
      headers: { 'Content-Type': `${type}/${subtype}; charset=utf-8`, Vary: 'Accept' },
      body: statement,
    };
  };
}
