import type { Readable } from 'node:stream';
import type { InstanceStore } from '../storage/instance-store.ts';
import {
  type StoreStatus,
  storeInstancesResponse,
  storeResponseBody,
  storeStatus,
} from './store-instances-response.ts';
import { readStoreRequest } from './store-request.ts';
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
  // The body is not destroyed where reading stops early: that would take the connection from under the answer.
  const octets = request.body.iterator({ destroyOnReturn: false });
  const parts = readStoreRequest(
    request.headers['content-type'],
    maxStoreBytes > 0 ? limitBody(octets, maxStoreBytes) : octets,
  );
  const results = await storeObjects(instanceStore, parts, {
    aeTitle: request.aeTitle,
    ...(StudyInstanceUID === undefined ? {} : { StudyInstanceUID }),
  });
  const { contentType, text } = storeResponseBody(
    storeInstancesResponse(results, request.serviceRoot),
    request.headers.accept,
  );
  return { status: storeStatus(results), headers: { 'Content-Type': contentType }, body: text };
}
