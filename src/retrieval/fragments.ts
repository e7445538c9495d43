import { originServerError } from '../errors/origin-server-error.ts';
import type { Representation, RepresentationRange } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

const itemTag = 0xfffee000;
const itemHeadLength = 8;

/**
 * The fragments of encapsulated pixel data, joined: the video stream of an MPEG transfer syntax, whose frames have no
 * fragments of their own. PS3.5 A.4.
 */
export async function joinedFragments(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): Promise<Pick<Required<Representation>, 'length' | 'open' | 'openRange'>> {
  const fragments = await fragmentsOf(instanceStore, record);
  const length = fragments.reduce((octets, { start, end }) => octets + end - start, 0);
  async function* openRange(range: RepresentationRange): AsyncGenerator<Uint8Array> {
    let before = 0;
    for (const { start, end } of fragments) {
      const from = start + Math.max(0, range.start - before);
      const to = Math.min(end, start + range.end - before);
      if (from < to) yield* instanceStore.stream(record, { start: from, end: to });
      before += end - start;
    }
  }
  return { length, open: () => openRange({ start: 0, end: length }), openRange };
}

/** Where the fragments are in the object. The Basic Offset Table, which is the first item, is left out. */
async function fragmentsOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): Promise<readonly RepresentationRange[]> {
  const { pixelData } = record.index;
  if (pixelData === undefined) return [];
  const items: RepresentationRange[] = [];
  const limit = pixelData.offset + pixelData.length;
  for (let at = pixelData.offset; at + itemHeadLength <= limit; ) {
    const head = await instanceStore.read(record, at, itemHeadLength);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (view.getUint16(0, true) * 0x10000 + view.getUint16(2, true) !== itemTag) break;
    const start = at + itemHeadLength;
    const end = start + view.getUint32(4, true);
    if (end > limit) throw originServerError('internal', `${record.objectKey} has a fragment beyond its pixel data.`);
    items.push({ start, end });
    at = end;
  }
  return items.slice(1);
}
