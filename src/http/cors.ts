import type { RequestHandler } from 'express';
import { requestIdField } from './request-log.ts';

/** Header fields that a script on another origin may read. */
const exposed = [
  'Allow',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Length',
  'Content-Location',
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
  return (request, response, next) => {
    if (allowedOrigin !== '') {
      response.setHeader('Access-Control-Allow-Origin', allowedOrigin);
      response.setHeader('Access-Control-Expose-Headers', exposed);
      response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    }
    const method = request.headers['access-control-request-method'];
    if (request.method !== 'OPTIONS' || method === undefined) return next();
    if (allowedOrigin !== '') {
      response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, OPTIONS');
      response.setHeader('Access-Control-Allow-Headers', request.headers['access-control-request-headers'] ?? '*');
      response.setHeader('Access-Control-Max-Age', maxAge);
    }
    response.statusCode = 204;
    response.end();
  };
}
