import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export interface Answer {
  readonly status: number;
  readonly octets: number;
  /** Milliseconds to the first octet of the body, and to the last. */
  readonly first: number;
  readonly total: number;
}

/** Sends a request and reads the answer to its end without keeping it. */
export function ask(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: readonly Buffer[];
  } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body = [] } = options;
  const started = performance.now();
  const length = body.reduce((sum, part) => sum + part.length, 0);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method, headers: { ...headers, ...(length > 0 ? { 'content-length': String(length) } : {}) } },
      (response) => {
        let octets = 0;
        let first = 0;
        response.on('data', (chunk: Buffer) => {
          if (octets === 0) first = performance.now() - started;
          octets += chunk.length;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, octets, first, total: performance.now() - started }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    for (const part of body) sent.write(part);
    sent.end();
  });
}

/** Runs the jobs, so many at a time, and gives the wall time in seconds. */
export async function inParallel(jobs: readonly (() => Promise<unknown>)[], concurrency: number): Promise<number> {
  const started = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < jobs.length) await jobs[next++]!();
    }),
  );
  return (performance.now() - started) / 1000;
}

/** Throws unless every answer has the status: a benchmark of failures is fast. */
export async function expectStatus(answer: Promise<Answer>, status = 200): Promise<Answer> {
  const got = await answer;
  if (got.status !== status) throw new Error(`expected status ${status}, got ${got.status}`);
  return got;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;
}
