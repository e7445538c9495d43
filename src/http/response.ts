import { Readable } from 'node:stream';
import type { Response } from 'express';
import type { OperationId, OperationResponse } from '../../generated/operations.ts';
import { giveBackBuffer } from '../buffers/reusable-buffers.ts';

/** Fields for every response unless the handler says otherwise. */
const defaults = {
  // Instances are about patients: shared caches keep out, private ones ask again.
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

/** A rendered document may show itself and nothing more. */
const documentPolicy = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'";

/**
 * Sends what a handler returned. The status line goes out with the first octet of the body, so a body that fails before it is still
 * answered with a problem; the body is read no faster than the client takes it, and is left when the client leaves.
 *
 * @throws what the body throws
 */
export async function sendResponse(
  { status, headers, body }: OperationResponse<OperationId>,
  response: Response,
  isHead: boolean,
): Promise<void> {
  const fields: Record<string, string> = { ...defaults, ...headers };
  const contentType = headers['Content-Type'] ?? headers['content-type'] ?? '';
  if (contentType.startsWith('text/')) fields['Content-Security-Policy'] ??= documentPolicy;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    if (body !== undefined) fields['Content-Length'] = String(Buffer.byteLength(body));
    else if (!isHead && status !== 204 && status !== 304) fields['Content-Length'] ??= '0';
    response.writeHead(status, fields);
    response.end(isHead ? undefined : body);
    return;
  }
  if (isHead) {
    leave(body);
    response.writeHead(status, fields);
    response.end();
    return;
  }
  let corked = false;
  const uncork = (): void => {
    if (corked) response.uncork();
    corked = false;
  };
  let unsent: Uint8Array[] = [];
  for await (const chunk of body) {
    if (!response.headersSent) response.writeHead(status, fields);
    // What comes without waiting goes out together: the head of a part with its body, and small parts with each other.
    if (!corked) {
      response.cork();
      process.nextTick(uncork);
      corked = true;
    }
    unsent.push(chunk);
    if (response.write(chunk)) continue;
    // Letting go may drain the response at once, and it says so only once.
    const whenDrained = drained(response);
    uncork();
    await whenDrained;
    if (response.destroyed) return;
    // Drained is when the system has everything. A reusable buffer is longer than what may wait here undrained.
    for (const sent of unsent) giveBackBuffer(sent);
    unsent = [];
  }
  if (!response.headersSent) response.writeHead(status, fields);
  // The end would overtake chunks that are still held back.
  uncork();
  response.end();
}

/** Gives up a body that nobody reads. */
function leave(body: AsyncIterable<Uint8Array>): void {
  if (body instanceof Readable) body.destroy();
  else void body[Symbol.asyncIterator]().return?.();
}

/** Waits until the client has taken what was written, or has gone. */
function drained(response: Response): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
