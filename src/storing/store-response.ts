import type { Readable } from 'node:stream';
import type { InstanceStore } from '../storage/instance-store.ts';
import { octetsOf } from './request-octets.ts';
import {
  type StoreStatus,
  storeInstancesResponse,
  storeResponseBody,
  storeStatus,
} from './store-instances-response.ts';
import { readStoreRequest, type StorePart } from './store-request.ts';
import { limitBody, storeObjects } from './store-transaction.ts';

export interface StoreNeeds {
  readonly instanceStore: InstanceStore;
  /** Longest request body in bytes; 0 for no limit. */
  readonly maxStoreBytes?: number;
}

/** What the Store transaction needs of its request. */
export interface StoreRequest {
  readonly aeTitle: string;
  readonly serviceRoot: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
}

export interface StoreResponse {
  readonly status: StoreStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The Store transaction from request to response (PS3.18 10.5).
 *
 * @param StudyInstanceUID study of the target resource, if it names one
 * @requirement R-002-012
 */
export async function storeResponse(
  { instanceStore, maxStoreBytes = 0 }: StoreNeeds,
  request: StoreRequest,
  StudyInstanceUID?: string,
): Promise<StoreResponse> {
  try {
    const results = await storeObjects(instanceStore, objectsOf(request, maxStoreBytes), {
      aeTitle: request.aeTitle,
      ...(StudyInstanceUID === undefined ? {} : { StudyInstanceUID }),
    });
    const module = storeInstancesResponse(results, request.serviceRoot);
    const { contentType, text } = storeResponseBody(module, request.headers.accept);
    return { status: storeStatus(results), headers: { 'Content-Type': contentType }, body: text };
  } catch (error) {
    // Most user agents read the answer only when everything is sent.
    request.body.resume();
    throw error;
  }
}

function objectsOf({ headers, body }: StoreRequest, maxBytes: number): AsyncIterable<StorePart> {
  const octets = octetsOf(body);
  const limited = maxBytes > 0 ? limitBody(octets, maxBytes) : octets;
  return readStoreRequest(headers['content-type'], limited, headers['content-encoding']);
}
