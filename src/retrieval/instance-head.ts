import type { FrameIndex } from '../dicom/frame-index.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { LeastRecentlyUsed } from '../storage/least-recently-used.ts';
import { frameIndexOf } from './frames.ts';
import type { StoredBytes } from './stored-bytes.ts';

/** What rendering any frame of an instance needs of it besides the frame. */
export interface InstanceHead {
  /** The object's octets before its Pixel Data element, the data set of a deflated object inflated. */
  readonly head: Uint8Array;
  readonly frames: FrameIndex;
}

/** Octets of heads that are kept: some thousands of slices, or a few enhanced objects. */
const mostKept = 32 * 1024 * 1024;

const headsOf = new WeakMap<InstanceStore, LeastRecentlyUsed<InstanceHead>>();

/**
 * Reads the head of an instance, or has it still: who moves a window or pages through frames asks for the same one again
 * and again. Stored objects never change, so a head is right as long as its digest is asked for.
 *
 * @throws OriginServerError 404 if the instance has no pixel data
 */
export async function instanceHead(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  bytes: StoredBytes,
): Promise<InstanceHead> {
  let heads = headsOf.get(instanceStore);
  if (heads === undefined) {
    heads = new LeastRecentlyUsed<InstanceHead>(mostKept, sizeOf);
    headsOf.set(instanceStore, heads);
  }
  const known = heads.get(record.digest);
  if (known !== undefined) return known;
  const [frames, head] = await Promise.all([
    frameIndexOf(instanceStore, record, []),
    bytes.read(0, record.index.headLength),
  ]);
  const read = { head, frames };
  heads.set(record.digest, read);
  return read;
}

function sizeOf({ head, frames }: InstanceHead): number {
  return head.length + (frames.kind === 'native' ? 0 : frames.offsets.byteLength) + 100;
}
