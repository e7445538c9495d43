import type { RequestHandler } from 'express';
import { addCommonFields, writeHead } from './common-fields.ts';
import { requestIdField } from './request-log.ts';

/** Header fields that a script on another origin may read. */
const exposed = [
  'Accept-Ranges',
  'Allow',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Length',
  'Content-Location',
  'Content-Range',
  'ETag',
  'Retry-After',
  'Warning',
  requestIdField,
].join(', ');

/** A day: how long a browser may remember the answer to a preflight. */
const maxAge = '86400';

/**
 * Lets pages of another origin use the service (Fetch 3.3), and answers their preflights.
 *
 * @param allowedOrigin "*", or the one origin whose pages may; the empty text allows none
 */
export function cors(allowedOrigin = '*'): RequestHandler {
  const allowed = {
    'Access-Control-Allow-Origin': allowedOrigin,
    'Access-Control-Expose-Headers': exposed,
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
  return (request, response, next) => {
    if (allowedOrigin !== '') addCommonFields(response, allowed);
    const method = request.headers['access-control-request-method'];
    if (request.method !== 'OPTIONS' || method === undefined) return next();
    const preflight = {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
      'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '*',
      'Access-Control-Max-Age': maxAge,
    };
    writeHead(response, 204, allowedOrigin === '' ? {} : preflight);
    response.end();
  };
}
