import type { Request } from 'express';
import { originServerError } from '../errors/origin-server-error.ts';

/** RFC 9110 7.2: a name or address with an optional port. */
const hostField = /^(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

const hostName = /^host$/i;

/**
 * Scheme and authority that URLs in responses begin with.
 *
 * @param baseUrl the configured one, which a server behind a proxy needs
 * @throws OriginServerError request-malformed when the Host header field is not a host, is there twice, or is missing although the
 *   request is HTTP/1.1; HTTP/1.0 has none, so its answers name the address that the connection came to
 * @requirement R-001-257
 */
export function baseUrlOf(request: Request, baseUrl: string | undefined): string {
  const { headers, httpVersion, rawHeaders, socket } = request;
  if (rawHeaders.filter((field, at) => at % 2 === 0 && hostName.test(field)).length > 1) {
    throw originServerError('request-malformed', 'The request has more than one Host header field.', {
      source: 'RFC 9112 3.2',
    });
  }
  if (baseUrl !== undefined) return baseUrl;
  const host = headers.host ?? (httpVersion === '1.0' ? localAuthority(socket) : undefined);
  if (host === undefined || !hostField.test(host)) {
    throw originServerError(
      'request-malformed',
      'The Host header field is missing or is not a host with an optional port.',
      {
        source: 'RFC 9110 7.2',
      },
    );
  }
  return `${request.protocol}://${host}`;
}

function localAuthority({ localAddress = '127.0.0.1', localPort }: Request['socket']): string {
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
