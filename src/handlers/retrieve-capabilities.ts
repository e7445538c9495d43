import type { Handler } from '../../generated/operations.ts';
import { allowedMethods } from '../capabilities/allowed-methods.ts';
import { capabilitiesOf } from '../capabilities/capabilities.ts';
import { toWadl, wadlMediaType } from '../capabilities/wadl.ts';
import { mediaTypeOf } from '../negotiation/media-type-name.ts';
import { type SupportedMediaType, selectMediaType } from '../negotiation/selected-media-type.ts';
import { acceptableMediaTypesOf, notAcceptableError } from '../retrieval/acceptable.ts';

const json = 'application/json';

const supported: readonly SupportedMediaType[] = [
  { mediaType: mediaTypeOf(wadlMediaType), default: true },
  { mediaType: mediaTypeOf(json) },
];

interface VideoCapability {
  /** What encodes video, if anything does. */
  readonly videoEncoder:
    | { readonly formats: readonly { readonly mediaType: string; readonly codecs?: string }[] }
    | undefined;
}

/**
 * Retrieve Capabilities: what the service root, or one resource of it, can do, as WADL or JSON (PS3.18 8.9, D-41).
 *
 * @requirement R-000-080
 * @requirement R-001-163
 * @requirement R-001-248
 * @requirement R-001-272
 * @requirement R-001-293
 * @requirement R-002-008
 */
export function retrieveCapabilities({ videoEncoder }: VideoCapability): Handler<'retrieveCapabilities'> {
  const videoMediaTypes = (videoEncoder?.formats ?? []).map(
    ({ mediaType, codecs }) => `${mediaType.replace('/h', '/H')}${codecs === undefined ? '' : `;codecs="${codecs}"`}`,
  );
  return async (request) => {
    const selection = selectMediaType(acceptableMediaTypesOf(request, 'dicom'), supported);
    if (selection.kind === 'not-acceptable') throw notAcceptableError(selection);
    const isJson = selection.supported.mediaType.subtype === 'json';
    const capabilities = capabilitiesOf(request.resource, request.serviceRoot, videoMediaTypes);
    return {
      status: 200,
      headers: {
        Allow: allowedMethods(request.resource).join(', '),
        'Content-Type': isJson ? json : `${wadlMediaType}; charset=utf-8`,
        Vary: 'Accept',
      },
      body: isJson ? JSON.stringify(capabilities, null, 2) : toWadl(capabilities),
    };
  };
}
