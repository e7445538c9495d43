import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import { writeHead } from './common-fields.ts';
import type { Log } from './log.ts';
import { requestIdOf } from './request-log.ts';

export const problemMediaType = 'application/problem+json';

/** The body of a failure (RFC 9457), with the clause it follows from. */
export function problemBody(error: OriginServerError, requestId: string): string {
  return JSON.stringify({
    type: `urn:fiducial:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    instance: `urn:uuid:${requestId}`,
    clause: error.source,
    requirement: error.requirement,
  });
}

/** The failure to tell the client of. What is not an {@link OriginServerError} is told as `internal`, without its text. */
export function asOriginServerError(error: unknown): OriginServerError {
  if (error instanceof OriginServerError) return error;
  return originServerError('internal', 'The request could not be served. The server has logged why.', { cause: error });
}

/** The one way from an error to a response. */
export function problemResponse(log: Log): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const failure = asOriginServerError(error);
    const id = requestIdOf(response);
    const leftByClient = response.destroyed || request.destroyed;
    if (failure.status >= 500 && failure.code !== 'busy' && failure.code !== 'not-built') {
      log.write(leftByClient ? 'debug' : 'error', `${request.method} ${request.url} failed`, {
        id,
        error: failure.cause ?? failure,
      });
    } else {
      log.write('debug', failure.message, { id, code: failure.code });
    }
    // Once the status line is out, the only way to say that the body is not whole is to break the connection.
    if (response.headersSent) return void response.destroy();
    const body = problemBody(failure, id);
    writeHead(response, failure.status, {
      ...failure.headers,
      'Content-Type': problemMediaType,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** A whole response for a connection on which no request could be read. */
export function rawProblemResponse(error: OriginServerError, requestId: string): string {
  const body = problemBody(error, requestId);
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
