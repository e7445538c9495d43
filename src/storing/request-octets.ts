import type { Readable } from 'node:stream';

/** Octets that may wait to be read, above which the sender has to wait. */
const waitingLimit = 256 * 1024;

/**
 * The chunks of a request body as they came from the connection, not copied together. A chunk is gone when the next one
 * is asked for.
 *
 * Where reading stops early the body is paused and not destroyed: the connection would go with it, and the answer.
 *
 * @throws what the body fails with, or an error of its own when the sender goes in the middle
 */
export async function* octetsOf(body: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  const onData = (chunk: Uint8Array): void => {
    waiting.push(chunk);
    length += chunk.length;
    if (length > waitingLimit) body.pause();
    wake();
  };
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  const onError = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const onClose = (): void => {
    if (!ended) onError(new Error('the request ended before its body did'));
  };
  if (body.errored !== null) throw body.errored;
  if (body.readableEnded) return;
  if (body.destroyed) onClose();
  body.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  try {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk !== undefined) {
        length -= chunk.length;
        if (length <= waitingLimit && body.isPaused()) body.resume();
        yield chunk;
        freeMemory(chunk);
      } else if (failure !== undefined) {
        throw failure;
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    body.off('data', onData).off('end', onEnd).off('close', onClose);
    // What fails later has nobody to tell; without a listener it would end the process.
    if (ended) body.off('error', onError);
    else body.pause();
  }
}

/** Frees the memory of a chunk now: a collector that waits for half a megabyte a slice marks the whole heap all the time. */
function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
