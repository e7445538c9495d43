import { Readable } from 'node:stream';
import type { Response } from 'express';
import type { OperationId, OperationResponse } from '../../generated/operations.ts';
import { giveBackBuffer } from '../buffers/reusable-buffers.ts';
import { writeHead } from './common-fields.ts';

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
    writeHead(response, status, fields);
    response.end(isHead ? undefined : body);
    return;
  }
  if (isHead) {
    leave(body);
    writeHead(response, status, fields);
    response.end();
    return;
  }
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  writeHead(response, status, fields);
  await sendChunks(first, chunks, response);
}

/** Octets that the system gets to take before it is waited for: few large writes cost less than many small ones. */
const batchLength = 512 * 1024;

async function sendChunks(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
  response: Response,
): Promise<void> {
  let corked = false;
  const uncork = (): void => {
    if (corked) response.uncork();
    corked = false;
  };
  let unsent: Uint8Array[] = [];
  let unsentLength = 0;
  // A reusable buffer may be filled again when the system has everything that was in it.
  const giveBack = (): void => {
    for (const sent of unsent) giveBackBuffer(sent);
    unsent = [];
    unsentLength = 0;
  };
  let current = first;
  while (current.done !== true) {
    // Asked for before this one is written, so that the disk is read while the system copies.
    const ahead = chunks.next();
    // It may fail while nobody waits for it; whoever waits then hears of it.
    ahead.catch(() => {});
    // What comes without waiting goes out together: the head of a part with its body, and small parts with each other.
    if (!corked) {
      response.cork();
      process.nextTick(uncork);
      corked = true;
    }
    unsent.push(current.value);
    unsentLength += current.value.length;
    if (unsentLength < batchLength) {
      response.write(current.value);
    } else {
      const whenTaken = taken(current.value, response);
      uncork();
      await whenTaken;
    }
    if (response.destroyed) return void (await chunks.return?.());
    if (unsentLength >= batchLength) giveBack();
    current = await ahead;
  }
  // The end would overtake chunks that wait to be one.
  if (response.chunkedEncoding) uncork();
  response.end(giveBack);
}

/** Gives up a body that nobody reads. */
function leave(body: AsyncIterable<Uint8Array>): void {
  if (body instanceof Readable) body.destroy();
  else void body[Symbol.asyncIterator]().return?.();
}

/**
 * Writes a chunk, and resolves when the system has it and all before it, or the client has gone. The response says "drain" only
 * where the connection was full at a moment of its own choosing: who waits for that may wait for ever.
 */
function taken(chunk: Uint8Array, response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.on('close', done);
    response.write(chunk, done);
  });
}
