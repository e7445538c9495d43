import type { IncomingHttpHeaders } from 'node:http';
import type { Request, RequestHandler } from 'express';

/** Routes that are remembered. */
const mostRemembered = 8192;

/** Longer URLs are looked at each time, so that what is remembered stays small. */
const longestRemembered = 1024;

/**
 * Where URLs have led before: what Express and the validator found depends on method, URL and, where there is a body, its
 * Content-Type alone, and to find it takes longer than most of what is asked for. Only requests that came through to their
 * operation are remembered, and the oldest is forgotten first.
 */
export class RememberedRoutes {
  readonly #routes = new Map<string, RequestHandler>();

  /** Serves a request for a URL that is remembered; others go on. */
  readonly handler: RequestHandler = (request, response, next) => {
    const route = this.#routes.get(keyOf(request));
    return route === undefined ? next() : route(request, response, next);
  };

  /** Remembers what serves such a request. */
  add(request: Request, route: RequestHandler): void {
    if (request.method === 'OPTIONS' || request.originalUrl.length > longestRemembered) return;
    if (this.#routes.size === mostRemembered) this.#routes.delete(this.#routes.keys().next().value!);
    this.#routes.set(keyOf(request), route);
  }
}

function keyOf({ method, originalUrl, headers }: Request): string {
  // A URL begins with a slash, so that no other key is like one.
  if (method === 'GET') return originalUrl;
  return method === 'POST' ? `POST ${bareContentType(headers)} ${originalUrl}` : `${method} ${originalUrl}`;
}

/** The media type of a body without its parameters; empty if there is none. */
export function bareContentType({ 'content-type': contentType = '' }: IncomingHttpHeaders): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}
