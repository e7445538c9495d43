import { isNotModified } from '../negotiation/precondition.ts';
import type { PackagedBody } from '../packaging/representation.ts';

/** What the retrieve transactions read of a request besides its target. */
export interface RetrieveRequest {
  readonly method: string;
  /** The query component as it was sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly aeTitle: string;
  readonly serviceRoot: string;
  readonly signal: AbortSignal;
}

export interface RetrieveResponse<Status extends number = 200 | 206 | 304> {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What every answer about a representation says of it, a 304 too. RFC 9110 15.4.5. */
export interface Validators {
  readonly entityTag: string;
  /** Header fields that the selection looked at. */
  readonly vary: string;
  /** Whether the target may gain instances: a study and a series are asked about again, an instance stays as it is. */
  readonly growing: boolean;
}

/** 304, if the user agent holds the representation already; to be asked before anything is read. RFC 9110 13.1.2. */
export function notModified(request: RetrieveRequest, validators: Validators): RetrieveResponse<304> | undefined {
  return isNotModified(request.headers['if-none-match'], validators.entityTag)
    ? { status: 304, headers: validatorFields(validators) }
    : undefined;
}

/** The answer with a body; to HEAD the same without it, so that nothing is read. RFC 9110 9.3.2. */
export function payload<Status extends number>(
  request: RetrieveRequest,
  status: Status,
  packaged: PackagedBody,
  validators: Validators,
  further: Readonly<Record<string, string>> = {},
): RetrieveResponse<Status> {
  const headers = {
    'Content-Type': packaged.contentType,
    ...(packaged.contentLength === undefined ? {} : { 'Content-Length': String(packaged.contentLength) }),
    ...(packaged.contentLocation === undefined ? {} : { 'Content-Location': packaged.contentLocation }),
    ...(packaged.contentDisposition === undefined ? {} : { 'Content-Disposition': packaged.contentDisposition }),
    ...validatorFields(validators),
    ...further,
  };
  return request.method === 'HEAD' ? { status, headers } : { status, headers, body: packaged.open() };
}

function validatorFields({ entityTag, vary, growing }: Validators): Readonly<Record<string, string>> {
  return {
    ETag: entityTag,
    Vary: vary,
    'Cache-Control': growing ? 'private, no-cache' : 'private, max-age=3600',
  };
}
