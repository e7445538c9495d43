import type { PixelPool } from '../pool/pixel-pool.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { RetrieveRequest, RetrieveResponse } from './response.ts';
import { conversionOf } from './transcode.ts';

/** An instance, and the transfer syntax that it is sent in. */
export interface SentInstance {
  readonly record: InstanceRecord;
  readonly transferSyntaxUID: string;
}

/**
 * Makes a response whose frames are encoded in another transfer syntax, if the queue of the pixel pool has room for the
 * request: so it is refused before its response begins, and never after.
 *
 * @param make reads and transcodes what has to be known before the status is sent
 * @throws OriginServerError `busy`; what `make` throws
 */
export async function admittedTranscoding<Response extends RetrieveResponse>(
  pixelPool: PixelPool,
  request: RetrieveRequest,
  instances: Iterable<SentInstance>,
  make: () => Promise<Response>,
): Promise<Response> {
  if (request.method === 'HEAD' || !isAnyTranscoded(instances)) return make();
  const leave = pixelPool.admit(request.signal);
  try {
    const response = await make();
    const { body } = response;
    if (body !== undefined && !(body instanceof Uint8Array)) return { ...response, body: leftAtEnd(body, leave) };
    leave();
    return response;
  } catch (cause) {
    leave();
    throw cause;
  }
}

function isAnyTranscoded(instances: Iterable<SentInstance>): boolean {
  for (const { record, transferSyntaxUID } of instances) {
    if (conversionOf(record.index, transferSyntaxUID).kind === 'frames') return true;
  }
  return false;
}

async function* leftAtEnd(octets: AsyncIterable<Uint8Array>, leave: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* octets;
  } finally {
    leave();
  }
}
