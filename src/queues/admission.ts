import { originServerError } from '../errors/origin-server-error.ts';

/** What is said to those who are not let in. */
export interface Refusal {
  readonly detail: string;
  /** Seconds after which to ask again. */
  readonly retryAfter: number;
}

/** Lets a number of requests in at a time, and refuses the others at once: before any work, and before their response has begun. */
export class Admission {
  readonly #most: number;
  readonly #refusal: Refusal;
  #inside = 0;

  constructor(most: number, refusal: Refusal) {
    this.#most = most;
    this.#refusal = refusal;
  }

  /**
   * Lets a request in.
   *
   * @param signal ends the request
   * @returns says that the request has ended, unless the signal has; to be called once or more
   * @throws OriginServerError `busy`, with Retry-After
   */
  enter(signal?: AbortSignal): () => void {
    signal?.throwIfAborted();
    if (this.#inside >= this.#most) {
      const { detail, retryAfter } = this.#refusal;
      const headers = { 'Retry-After': String(retryAfter) };
      throw originServerError('busy', `${detail} Try again in a moment.`, { headers });
    }
    this.#inside++;
    let isInside = true;
    const leave = (): void => {
      if (!isInside) return;
      isInside = false;
      this.#inside--;
      signal?.removeEventListener('abort', leave);
    };
    signal?.addEventListener('abort', leave, { once: true });
    return leave;
  }
}
