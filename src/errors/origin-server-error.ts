import { type CatalogueEntry, catalogue, type ErrorCode } from './catalogue.ts';

export interface ErrorOptions {
  /** Header fields of the answer, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Clause of this occurrence, where it is narrower than that of the catalogue entry. */
  readonly source?: string;
  /** Requirement of this occurrence, where it is narrower than that of the catalogue entry. */
  readonly requirement?: string;
  readonly cause?: unknown;
}

/** A failure that the user agent is told about. Built only by {@link originServerError}. */
export class OriginServerError extends Error {
  override readonly name = 'OriginServerError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly title: string;
  readonly source: string;
  readonly requirement: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(detail, { cause: options.cause });
    const entry: CatalogueEntry = catalogue[code];
    this.code = code;
    this.status = entry.status;
    this.title = entry.title;
    this.source = options.source ?? entry.source;
    this.requirement = options.requirement ?? entry.requirement;
    this.headers = options.headers ?? {};
  }
}

/**
 * Builds the error of a catalogue entry.
 *
 * @param code entry of the catalogue; it chooses the status
 * @param detail what is wrong with this request and where, in a sentence for the person who sent it
 */
export function originServerError(code: ErrorCode, detail: string, options?: ErrorOptions): OriginServerError {
  return new OriginServerError(code, detail, options);
}
