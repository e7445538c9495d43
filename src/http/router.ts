import { Readable } from 'node:stream';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import {
  type Handler,
  type Handlers,
  type Method,
  type Operation,
  type OperationId,
  type OperationRequest,
  operations,
} from '../../generated/operations.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { RememberedRoutes } from './remembered-routes.ts';
import { requestValidation } from './request-validation.ts';
import { sendResponse } from './response.ts';
import { partsOf } from './url-syntax.ts';

/** Whose archive a request is for, and the path of its service root. */
export interface Archive {
  readonly aeTitle: string;
  readonly rootPath: string;
}

/** Says what URLs in the response begin with: scheme, authority, and the path before any service root. */
export function enterServer(response: Response, baseUrl: string): void {
  response.locals.baseUrl = baseUrl;
}

/** Says whose archive the request is for; a router of operations comes after it. */
export function enterArchive(response: Response, archive: Archive): void {
  response.locals.archive = archive;
}

/**
 * Validation and routes for the operations below the given roots: each goes to its handler, or to 501 while it is planned. OPTIONS
 * of every resource goes to Retrieve Capabilities.
 */
export function operationsRouter(
  roots: readonly Operation['root'][],
  handlers: Handlers,
  remembered: RememberedRoutes,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const below = operations.filter(({ root }) => roots.includes(root));
  const paths = [...new Set(below.map(({ path }) => path))];
  router.use(requestValidation(paths));
  for (const operation of below) {
    const route = router.route(expressPath(operation.path));
    // Express sends HEAD to the route of GET.
    if (operation.method === 'GET') route.get(serve(operation, handlers, remembered));
    if (operation.method === 'POST') route.post(serve(operation, handlers, remembered));
  }
  const capabilities = operations.find(({ operationId }) => operationId === 'retrieveCapabilities')!;
  for (const path of paths) router.options(expressPath(path), serve({ ...capabilities, path }, handlers, remembered));
  return router;
}

function expressPath(template: string): string {
  return template.replace(/\{(\w+)\}/g, ':$1');
}

function serve(
  { operationId, path: resource, planned }: Operation,
  handlers: Handlers,
  remembered: RememberedRoutes,
): RequestHandler {
  const handler = handlers[operationId];
  if (handler === 'planned') {
    return () => {
      throw originServerError('not-built', `${operationId} comes with the capability "${planned}".`);
    };
  }
  // Handlers ties each handler to the types of its operation; here, where it may be any, only what they share is known.
  const anyHandler = handler as unknown as Handler<OperationId>;
  /** Serves a path by what is found out about it once. */
  const serveOf = (params: Request['params'], { aeTitle, rootPath }: Archive): RequestHandler => {
    const path = params as unknown as OperationRequest<OperationId>['path'];
    const target = { operationId, resource, path, aeTitle };
    return async (request, response) => {
      const gone = new AbortController();
      response.once('close', () => {
        if (!response.writableFinished) gone.abort();
      });
      const answer = await anyHandler({
        ...target,
        method: request.method as Method,
        query: partsOf(request.originalUrl).query,
        headers: request.headers as Readonly<Record<string, string | undefined>>,
        body: request.method === 'POST' ? bodyOf(request) : request,
        serviceRoot: `${response.locals.baseUrl as string}${rootPath}`,
        signal: gone.signal,
      });
      await sendResponse(answer, response, request.method === 'HEAD');
    };
  };
  return (request, response, next) => {
    const route = { operationId, serve: serveOf(request.params, response.locals.archive as Archive) };
    remembered.add(request, route);
    return route.serve(request, response, next);
  };
}

/** The body, which a handler may leave half read: destroying the request itself would take the connection, and the response, with it. */
function bodyOf(request: Request): Readable {
  let isBegun = false;
  const body = new Readable({
    highWaterMark: 256 * 1024,
    read() {
      if (!isBegun) request.on('data', onData).once('end', onEnd);
      isBegun = true;
      request.resume();
    },
    destroy(error, done) {
      if (isBegun) request.off('data', onData).off('end', onEnd).pause();
      done(error);
    },
  });
  function onData(chunk: Uint8Array): void {
    if (!body.push(chunk)) request.pause();
  }
  function onEnd(): void {
    body.push(null);
  }
  // Told to whoever reads the body; a handler that does not read it has nothing to learn from it.
  body.on('error', () => {});
  request.on('error', (error) => body.destroy(error));
  return body;
}
