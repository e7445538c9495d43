import type { RequestListener } from 'node:http';
import express, { type RequestHandler } from 'express';
import type { Handlers } from '../../generated/operations.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { concurrencyLimit, type Limits } from './concurrency-limit.ts';
import { cors } from './cors.ts';
import type { Log } from './log.ts';
import { problemResponse } from './problem.ts';
import { RememberedRoutes } from './remembered-routes.ts';
import { requestLog } from './request-log.ts';
import { validatedQuery } from './request-validation.ts';
import { enterArchive, enterServer, operationsRouter } from './router.ts';
import { baseUrlOf } from './service-root.ts';
import { checkUrl, clip, normalizedPath, originForm } from './url-syntax.ts';

export interface HttpSettings extends Limits {
  /** URL that clients use, without a slash at its end; undefined takes scheme and host of each request. */
  readonly baseUrl: string | undefined;
  /** Path before /aets/{AETitle}/rs; begins with a slash, or is empty. */
  readonly prefix: string;
  /** The first is the one that /dicomweb serves. */
  readonly aeTitles: readonly [string, ...string[]];
  /** Origin whose pages may use the service; "*" (the default) is any, the empty text none. */
  readonly corsOrigin?: string;
}

/**
 * The origin server as a request listener: service roots, validation, handlers, and one funnel for failures.
 *
 * The checks run in a fixed order: limit of requests (503), HTTP version and Host (400), URL syntax (400), resource (404), method (405), path and query
 * values (400); what follows is the handler's. A URL that came through is served at once when it is asked for again.
 *
 * @requirement R-000-084
 */
export function buildApp({
  handlers,
  settings,
  log,
}: {
  handlers: Handlers;
  settings: HttpSettings;
  log: Log;
}): RequestListener {
  const archivePath = `${settings.prefix}/aets/:AETitle`;
  const remembered = new RememberedRoutes();
  const service = operationsRouter(['service'], handlers, remembered);
  const app = express();
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', validatedQuery);
  app.use(requestLog(log));
  app.use(cors(settings.corsOrigin));
  app.use(concurrencyLimit(settings));
  app.use(httpVersion);
  app.use(authority(settings));
  app.use(remembered.handler);
  app.use(urlSyntax);
  app.use(firstArchive(settings));
  app.use('/dicomweb', service);
  app.use(archivePath, namedArchive(settings));
  app.use(`${archivePath}/rs`, service);
  app.use(archivePath, operationsRouter(['archive'], handlers, remembered));
  app.use(operationsRouter(['archive', 'server'], handlers, remembered));
  app.use(unknownRoute);
  app.use(problemResponse(log));
  return (request, response) => {
    request.url = originForm(request.url ?? '/');
    app(request, response);
  };
}

/** The parser lets a request line with HTTP/2.0 pass, which no client of HTTP/1.1 sends. */
const httpVersion: RequestHandler = (request, _response, next) => {
  if (request.httpVersionMajor !== 1) {
    throw originServerError('request-malformed', `HTTP/1.1 is spoken here, not HTTP/${request.httpVersion}.`, {
      source: 'RFC 9112 2.3',
    });
  }
  next();
};

function authority({ baseUrl }: HttpSettings): RequestHandler {
  return (request, response, next) => {
    enterServer(response, baseUrlOf(request, baseUrl));
    next();
  };
}

const urlSyntax: RequestHandler = (request, _response, next) => {
  checkUrl(request.url);
  request.url = normalizedPath(request.url);
  next();
};

function firstArchive({ aeTitles: [aeTitle] }: HttpSettings): RequestHandler {
  return (_request, response, next) => {
    enterArchive(response, { aeTitle, rootPath: '/dicomweb' });
    next();
  };
}

/** @requirement R-000-086 */
function namedArchive({ aeTitles, prefix }: HttpSettings): RequestHandler {
  return (request, response, next) => {
    const aeTitle = String(request.params.AETitle);
    if (!aeTitles.includes(aeTitle)) {
      throw originServerError('route-unknown', `The AE title ${clip(aeTitle)} is not configured here.`, {
        source: 'Web Service Endpoint URL',
        requirement: 'R-000-086',
      });
    }
    enterArchive(response, { aeTitle, rootPath: `${prefix}/aets/${encodeURIComponent(aeTitle)}/rs` });
    next();
  };
}

const unknownRoute: RequestHandler = (request) => {
  throw originServerError('route-unknown', `No resource of this service has the path ${clip(request.path)}.`);
};
