import type { RequestHandler } from 'express';
import { originServerError } from '../errors/origin-server-error.ts';

export interface Limits {
  /** Requests served at the same time; 0 means no limit. */
  readonly maxRequests: number;
  /** The same for one client address. */
  readonly maxRequestsPerClient: number;
}

/**
 * Answers 503 with Retry-After above the configured number of simultaneous requests, of all clients or of one.
 *
 * @requirement R-000-081
 * @requirement R-000-082
 * @requirement R-000-083
 * @requirement R-002-009
 * @requirement R-002-010
 * @requirement R-002-011
 */
export function concurrencyLimit({ maxRequests, maxRequestsPerClient }: Limits): RequestHandler {
  if (maxRequests === 0 && maxRequestsPerClient === 0) return (_request, _response, next) => next();
  let served = 0;
  const servedByClient = new Map<string, number>();
  return (request, response, next) => {
    const client = request.socket.remoteAddress ?? '';
    const ofClient = servedByClient.get(client) ?? 0;
    if (maxRequests > 0 && served >= maxRequests) throw busy(`${maxRequests} requests are being served.`);
    if (maxRequestsPerClient > 0 && ofClient >= maxRequestsPerClient) {
      throw busy(`${maxRequestsPerClient} requests of this client are being served.`);
    }
    served += 1;
    servedByClient.set(client, ofClient + 1);
    response.once('close', () => {
      served -= 1;
      const left = servedByClient.get(client)! - 1;
      if (left === 0) servedByClient.delete(client);
      else servedByClient.set(client, left);
    });
    next();
  };
}

function busy(detail: string) {
  return originServerError('busy', `${detail} Try again in a moment.`, { headers: { 'Retry-After': '1' } });
}
