import type { ErrorCode } from '../errors/catalogue.ts';
import { OriginServerError } from '../errors/origin-server-error.ts';

/** What a worker thread answers: octets, or the plain values of an error, because a thread cannot hand over a class. */
export type Outcome =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: ErrorCode;
        readonly detail: string;
        readonly source: string;
        readonly requirement?: string;
      };
    };

/** An expected failure keeps its words; anything else is what damaged pixel data does to a codec, and is said as that. */
export function failureOf(cause: unknown): Outcome {
  if (!(cause instanceof OriginServerError)) {
    const error = { code: 'not-renderable', source: 'PS3.18 Sup174 6.5.8.3.1' } as const;
    return { ok: false, error: { ...error, detail: `The pixel data could not be processed: ${describe(cause)}.` } };
  }
  const { code, message: detail, source, requirement } = cause;
  return { ok: false, error: { code, detail, source, ...(requirement === undefined ? {} : { requirement }) } };
}

/** Wasm modules throw numbers as well as errors; neither belongs in front of the user agent beyond its kind. */
function describe(cause: unknown): string {
  return cause instanceof Error ? cause.name : typeof cause;
}
