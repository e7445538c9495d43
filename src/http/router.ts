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
import { requestValidation } from './request-validation.ts';
import { sendResponse } from './response.ts';

/** Whose archive a request is for, and what URLs in its response begin with. */
export interface Archive {
  readonly aeTitle: string;
  readonly serviceRoot: string;
}

/** Says whose archive the request is for; a router of operations comes after it. */
export function enterArchive(response: Response, archive: Archive): void {
  response.locals.archive = archive;
}

/**
 * Validation and routes for the operations below the given roots: each goes to its handler, or to 501 while it is planned. OPTIONS
 * of every resource goes to Retrieve Capabilities.
 */
export function operationsRouter(roots: readonly Operation['root'][], handlers: Handlers): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const below = operations.filter(({ root }) => roots.includes(root));
  const paths = [...new Set(below.map(({ path }) => path))];
  router.use(requestValidation(paths));
  for (const operation of below) {
    const route = router.route(expressPath(operation.path));
    // Express sends HEAD to the route of GET.
    if (operation.method === 'GET') route.get(serve(operation, handlers));
    if (operation.method === 'POST') route.post(serve(operation, handlers));
  }
  const capabilities = operations.find(({ operationId }) => operationId === 'retrieveCapabilities')!;
  for (const path of paths) router.options(expressPath(path), serve({ ...capabilities, path }, handlers));
  return router;
}

function expressPath(template: string): string {
  return template.replace(/\{(\w+)\}/g, ':$1');
}

function serve({ operationId, path, planned }: Operation, handlers: Handlers): RequestHandler {
  const handler = handlers[operationId];
  if (handler === 'planned') {
    return () => {
      throw originServerError('not-built', `${operationId} comes with the capability "${planned}".`);
    };
  }
  // Handlers ties each handler to the types of its operation; here, where it may be any, only what they share is known.
  const anyHandler = handler as unknown as Handler<OperationId>;
  return async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const queryAt = request.originalUrl.indexOf('?');
    const answer = await anyHandler({
      operationId,
      method: request.method as Method,
      resource: path,
      path: request.params as unknown as OperationRequest<OperationId>['path'],
      query: queryAt < 0 ? '' : request.originalUrl.slice(queryAt + 1),
      headers: request.headers as Readonly<Record<string, string | undefined>>,
      body: request.method === 'POST' ? bodyOf(request) : request,
      ...(response.locals.archive as Archive),
      signal: gone.signal,
    });
    await sendResponse(answer, response, request.method === 'HEAD');
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
