import type { IncomingHttpHeaders } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { partsOf } from './url-syntax.ts';

/** Paths, and queries, that are remembered. */
const mostRemembered = 8192;

/** Longer URLs are looked at each time, so that what is remembered stays small. */
const longestRemembered = 1024;

/** Where a path leads. */
export interface Route {
  readonly operationId: string;
  readonly serve: RequestHandler;
}

/**
 * Where URLs have led before: what Express and the validator find depends on method, URL and, where there is a body, its
 * Content-Type alone, and to find it takes longer than most of what is asked for.
 *
 * No parameter is described by means of another. So a path that came through to its operation, and a query that came
 * through to that operation with whatever path, come through together too: the window that one image is looked at with
 * is known when the next image of its series is asked for. The oldest is forgotten first.
 */
export class RememberedRoutes {
  readonly #routes = new Map<string, Route>();
  readonly #queries = new Map<string, true>();

  /** Serves a request for a URL that is remembered; others go on. */
  readonly handler: RequestHandler = (request, response, next) => {
    const route = this.#routes.get(pathKeyOf(request));
    const isKnown = route !== undefined && this.#queries.has(queryKeyOf(request, route));
    return isKnown ? route.serve(request, response, next) : next();
  };

  /** Remembers what serves such a request. */
  add(request: Request, route: Route): void {
    if (request.method === 'OPTIONS' || request.originalUrl.length > longestRemembered) return;
    remember(this.#routes, pathKeyOf(request), route);
    remember(this.#queries, queryKeyOf(request, route), true);
  }
}

function remember<V>(known: Map<string, V>, key: string, value: V): void {
  if (known.size === mostRemembered && !known.has(key)) known.delete(known.keys().next().value!);
  known.set(key, value);
}

function pathKeyOf({ method, originalUrl, headers }: Request): string {
  const { path } = partsOf(originalUrl);
  // A URL begins with a slash, so that no other key is like one.
  if (method === 'GET') return path;
  return method === 'POST' ? `POST ${bareContentType(headers)} ${path}` : `${method} ${path}`;
}

function queryKeyOf({ originalUrl }: Request, { operationId }: Route): string {
  return `${operationId}?${partsOf(originalUrl).query}`;
}

/** The media type of a body without its parameters; empty if there is none. */
export function bareContentType({ 'content-type': contentType = '' }: IncomingHttpHeaders): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}
