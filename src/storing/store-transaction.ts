import type { SOPInstanceReference } from '../dicom/instance-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceStore, ReceivedInstance } from '../storage/instance-store.ts';
import type { StagedObject } from '../storage/object-store.ts';
import { conflict, type Failure, failureOfUnreadable, refusal } from './failure-reason.ts';
import type { StorePart } from './store-request.ts';

/** A stored instance, with the study and series it belongs to. */
export interface StoredReference extends SOPInstanceReference {
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
}

/** What became of one object of the request. */
export type StoreResult =
  | { readonly kind: 'stored'; readonly reference: StoredReference; readonly duplicate: boolean }
  | { readonly kind: 'failed'; readonly reference?: SOPInstanceReference; readonly failure: Failure };

export interface StoreOptions {
  readonly aeTitle: string;
  /** Study that every instance has to belong to, if the target resource names one. */
  readonly StudyInstanceUID?: string;
}

/**
 * Stores the objects of a request in one transaction: they become visible together, after the last octet of the request
 * has been read. A request that ends in the middle stores nothing at all, not even the parts that were whole.
 *
 * @returns a result for each object, in the order of the request
 * @throws OriginServerError as reading the request does, and out-of-resources; nothing is stored then
 * @requirement R-002-014
 * @requirement R-002-018
 */
export async function storeObjects(
  instanceStore: InstanceStore,
  parts: AsyncIterable<StorePart>,
  { aeTitle, StudyInstanceUID }: StoreOptions,
): Promise<readonly StoreResult[]> {
  const taken: Promise<ReceivedInstance | StoreResult>[] = [];
  let results: readonly (ReceivedInstance | StoreResult)[];
  try {
    for await (const { mediaType, body } of parts) {
      const one =
        mediaType === 'application/dicom' ? receive(await instanceStore.stage(body)) : otherMediaType(mediaType);
      // The next part is taken meanwhile. That this one failed is heard of when all have been taken.
      one.catch(() => {});
      taken.push(one);
    }
    results = await Promise.all(taken);
  } catch (error) {
    const settled = await Promise.allSettled(taken);
    const received = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    await instanceStore.discard(instancesOf(received));
    throw error;
  }
  const outcomes = await instanceStore.commit(instancesOf(results));
  let next = 0;
  return results.map((one) => (one.kind === 'instance' ? resultOf(one, outcomes[next++]!) : one));

  async function receive(staged: StagedObject): Promise<ReceivedInstance | StoreResult> {
    const received = await instanceStore.receive(aeTitle, staged);
    if (received.kind === 'unreadable') return failed(failureOfUnreadable(received), received.reference);
    const failure = refusal(received, StudyInstanceUID);
    if (failure === undefined) return received;
    await instanceStore.discard([received]);
    return { kind: 'failed', reference: received.index, failure };
  }
}

function instancesOf(results: readonly (ReceivedInstance | StoreResult)[]): readonly ReceivedInstance[] {
  return results.filter((one) => one.kind === 'instance');
}

async function otherMediaType(mediaType: string): Promise<StoreResult> {
  return failed({ reason: 'cannot-understand', detail: `A part is ${mediaType}, not application/dicom.` });
}

function failed(failure: Failure, reference?: SOPInstanceReference): StoreResult {
  return { kind: 'failed', failure, ...(reference && { reference }) };
}

function resultOf({ index }: ReceivedInstance, outcome: 'stored' | 'duplicate' | 'conflict'): StoreResult {
  if (outcome !== 'conflict') return { kind: 'stored', reference: index, duplicate: outcome === 'duplicate' };
  return { kind: 'failed', reference: index, failure: conflict };
}

/**
 * The body with a limit on its length.
 *
 * @param maxBytes 0 for no limit
 * @throws OriginServerError out-of-resources where the body is longer: the status for it among those of the service
 * @requirement R-002-006
 */
export async function* limitBody(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (maxBytes > 0 && length > maxBytes) {
      throw originServerError(
        'out-of-resources',
        `The request is longer than the ${maxBytes} bytes that are taken here.`,
      );
    }
    yield chunk;
  }
}
