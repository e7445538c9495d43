import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

const itemTag = 0xfffee000;
const itemHeadLength = 8;

/**
 * The fragments of encapsulated pixel data, joined: the video stream of an MPEG transfer syntax, whose frames have no
 * fragments of their own. The Basic Offset Table, which is the first item, is left out. PS3.5 A.4.
 */
export async function* joinedFragments(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): AsyncGenerator<Uint8Array> {
  const { pixelData } = record.index;
  if (pixelData === undefined) return;
  const end = pixelData.offset + pixelData.length;
  let isOffsetTable = true;
  for (let at = pixelData.offset; at + itemHeadLength <= end; ) {
    const head = await instanceStore.read(record, at, itemHeadLength);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const tag = view.getUint16(0, true) * 0x10000 + view.getUint16(2, true);
    const length = view.getUint32(4, true);
    const start = at + itemHeadLength;
    if (tag !== itemTag) return;
    if (start + length > end)
      throw originServerError('internal', `${record.objectKey} has a fragment beyond its pixel data.`);
    if (!isOffsetTable && length > 0) yield* instanceStore.stream(record, { start, end: start + length });
    isOffsetTable = false;
    at = start + length;
  }
}
