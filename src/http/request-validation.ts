import { createRequire } from 'node:module';
import { type ParsedUrlQuery, parse } from 'node:querystring';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import document from '../../generated/openapi.json' with { type: 'json' };
import { type OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import { bareContentType } from './remembered-routes.ts';
import { clip } from './url-syntax.ts';

memoisePathToRegexp();

/** What a path parameter has to look like, for the person who got it wrong, and the clause that says so. */
const pathParameters: Readonly<Record<string, { readonly expected: string; readonly source: string }>> = {
  study: { expected: 'a UID: at most 64 digits and dots', source: 'PS3.5 9.1' },
  series: { expected: 'a UID: at most 64 digits and dots', source: 'PS3.5 9.1' },
  instance: { expected: 'a UID: at most 64 digits and dots', source: 'PS3.5 9.1' },
  frames: { expected: 'a list of frame numbers such as 1,3', source: 'PS3.18 Sup174 6.5.8.1.1' },
  bulkdata: { expected: 'a path of tags such as 7FE00010, as metadata gives it', source: 'PS3.18 Sup174 6.5' },
};

/** Clauses of the query parameters that have one of their own. */
const queryParameterSources: Readonly<Record<string, string>> = {
  accept: 'PS3.18 Sup174 6.1.1.5',
  charset: 'PS3.18 Sup174 6.1.2.2',
  annotation: 'PS3.18 Sup174 6.5.8.1.2.1',
  quality: 'PS3.18 Sup174 6.5.8.1.2.2',
  viewport: 'PS3.18 Sup174 6.5.8.1.2.3',
  window: 'PS3.18 Sup174 6.5.8.1.2.4',
};

/** Content-Type as the client sent it, kept while the validator sees the bare media type. */
const contentTypes = new WeakMap<object, string>();

/**
 * Checks a request against the API description: is there such a resource, has it the method, are path, query and Content-Type as
 * described. Runs below a root, on the part of the URL that follows it. Bodies are not read.
 *
 * @param paths templates of the resources below the root
 * @requirement R-001-273
 */
export function requestValidation(paths: readonly string[]): RequestHandler {
  const validator = OpenApiValidator.middleware({
    apiSpec: validatedPart(paths) as never,
    validateApiSpec: false,
    validateRequests: { allowUnknownQueryParameters: true },
    validateResponses: false,
    validateSecurity: false,
    validateFormats: false,
    fileUploader: false,
    useRequestUrl: true,
  });
  return Router().use(
    hideContentTypeParameters,
    ...(validator as RequestHandler[]),
    restoreContentType,
    translateFailure,
  );
}

/** The query component as the validator gets to see it, which would take the unknown name viewport[x] for viewport. */
export function validatedQuery(component: string): ParsedUrlQuery {
  const query = parse(component);
  for (const name of Object.keys(query)) if (name.includes('[')) delete query[name];
  return query;
}

/** What the validator looks at; the rest of the description would only make its checks slow to compile. */
interface ValidatedPart {
  readonly openapi: string;
  readonly info: unknown;
  readonly paths: Readonly<Record<string, ValidatedPathItem>>;
  readonly components: Readonly<Record<'parameters' | 'requestBodies' | 'schemas', unknown>>;
}

type ValidatedPathItem = { readonly parameters?: unknown } & Readonly<
  Partial<
    Record<'get' | 'head' | 'post' | 'options', { readonly parameters?: unknown; readonly requestBody?: unknown }>
  >
>;

/** The description of the given paths without servers: the validator matches below each root, wherever that is mounted. */
function validatedPart(paths: readonly string[]): ValidatedPart {
  const whole = structuredClone(document) as unknown as ValidatedPart;
  const { parameters, requestBodies, schemas } = whole.components;
  const kept = paths.map((path) => [path, validatedPathItem(whole.paths[path]!)]);
  return {
    openapi: whole.openapi,
    info: whole.info,
    paths: Object.fromEntries(kept),
    components: { parameters, requestBodies, schemas },
  };
}

function validatedPathItem({ parameters, get, head, post, options }: ValidatedPathItem): ValidatedPathItem {
  const operations = Object.entries({ get, head, post, options }).flatMap(([method, operation]) =>
    operation === undefined ? [] : [[method, { ...validatedOperation(operation), responses: {} }]],
  );
  return { ...(parameters === undefined ? {} : { parameters }), ...Object.fromEntries(operations) };
}

function validatedOperation({
  parameters,
  requestBody,
}: {
  readonly parameters?: unknown;
  readonly requestBody?: unknown;
}) {
  return { ...(parameters === undefined ? {} : { parameters }), ...(requestBody === undefined ? {} : { requestBody }) };
}

/**
 * The validator keeps a compiled check for each Content-Type it has seen, parameters included, and never lets go of one. It gets
 * to see the bare media type, and that only with a method that has a body.
 */
const hideContentTypeParameters: RequestHandler = (request, _response, next) => {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined) {
    contentTypes.set(request, contentType);
    if (request.method === 'POST') request.headers['content-type'] = bareContentType(request.headers);
    else delete request.headers['content-type'];
  }
  next();
};

const restoreContentType: RequestHandler = (request, _response, next) => {
  const contentType = contentTypes.get(request);
  if (contentType !== undefined) request.headers['content-type'] = contentType;
  next();
};

const translateFailure: ErrorRequestHandler = (error, request, _response, next) => {
  next(isValidatorFailure(error) ? fromValidator(error, request.method, request.originalUrl) : error);
};

interface ValidatorFailure {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

function isValidatorFailure(error: unknown): error is ValidatorFailure {
  return (
    typeof error === 'object' && error !== null && 'status' in error && 'errors' in error && Array.isArray(error.errors)
  );
}

function fromValidator({ status, headers, errors }: ValidatorFailure, method: string, url: string): OriginServerError {
  const shown = clip(url.split('?', 1)[0]!);
  if (status === 404) return originServerError('route-unknown', `No resource of this service has the path ${shown}.`);
  if (status === 405) {
    const allow = (headers?.Allow ?? '').split(', ').sort().join(', ');
    return originServerError('method-not-allowed', `${shown} does not support ${clip(method)}, but ${allow}.`, {
      headers: { Allow: allow },
    });
  }
  if (status === 415) {
    return originServerError(
      'store-media-type-unsupported',
      'Content-Type has to be multipart/related with type="application/dicom" and a boundary, or application/dicom.',
    );
  }
  for (const { path, message } of errors) {
    const [, place, name = ''] = path.split('/');
    if (place === 'params') {
      const parameter = pathParameters[name];
      if (parameter === undefined) continue;
      return originServerError('path-invalid', `The path's {${name}} is not ${parameter.expected}.`, {
        source: parameter.source,
      });
    }
    if (place === 'query') {
      const source = queryParameterSources[name];
      const detail = `The query parameter ${clip(name)} ${queryFault(name, message, url)}.`;
      return originServerError('query-parameter-invalid', detail, source === undefined ? {} : { source });
    }
  }
  const [first] = errors;
  return originServerError(
    'request-malformed',
    first === undefined ? 'The request is not as described.' : `${first.path} ${first.message}.`,
  );
}

/** What is wrong with the value of a query parameter, where the validator only says that its type does not fit. */
function queryFault(name: string, message: string, url: string): string {
  const given = new URLSearchParams(url.slice(url.indexOf('?') + 1)).getAll(name);
  if (given.length === 0) return 'is missing';
  if (given.length > 1) return 'is given more than once';
  return given[0] === '' ? 'is empty' : message;
}

/**
 * The validator compiles the pattern of every path anew on every request, which takes longer than everything else it does. The
 * patterns are those of the API description, so there are only a few dozen to remember.
 */
function memoisePathToRegexp(): void {
  const require = createRequire(import.meta.resolve('express-openapi-validator'));
  const library = require('path-to-regexp') as {
    pathToRegexp(path: string, options: { sensitive: boolean; strict: boolean }): unknown;
  };
  const compile = library.pathToRegexp;
  const compiled = new Map<string, unknown>();
  library.pathToRegexp = (path, options) => {
    const key = `${path} ${options.sensitive} ${options.strict}`;
    let result = compiled.get(key);
    if (result === undefined) {
      result = compile(path, options);
      compiled.set(key, result);
    }
    return result;
  };
}
