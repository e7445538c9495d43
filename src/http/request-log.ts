import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { addCommonFields } from './common-fields.ts';
import type { Log } from './log.ts';

/** Name under which a request's identifier is sent back; problems and the log carry the same one. */
export const requestIdField = 'X-Request-Id';

/** Identifier of the request that a response belongs to. */
export function requestIdOf(response: Response): string {
  return response.locals.requestId as string;
}

/** Gives each request an identifier, and writes one line when its response is over. */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    const id = randomUUID();
    const { method, url } = request;
    response.locals.requestId = id;
    addCommonFields(response, { [requestIdField]: id });
    response.once('close', () => {
      const ms = Math.round(performance.now() - start);
      const left = response.writableFinished ? '' : ' (the client left)';
      log.write('info', `${method} ${url} ${response.statusCode} in ${ms} ms${left}`, { id });
    });
    next();
  };
}
