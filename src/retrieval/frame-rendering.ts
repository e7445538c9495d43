import { memorySource } from '../dicom/byte-source.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { readDataSet } from '../dicom/data-set-reader.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';

/** The data set in the first octets of an object. @throws OriginServerError `not-renderable` if it cannot be read */
export function dataSetOfHead(head: Uint8Array, dataSetOffset: number, transferSyntaxUID: string): DataSet {
  const encoding = transferSyntaxOf(transferSyntaxUID) ?? { explicitVR: true, bigEndian: false };
  const read = readDataSet(memorySource(head), dataSetOffset, { encoding });
  if (!read.ok) throw originServerError('not-renderable', `The data set cannot be read: ${read.detail}`);
  return read.dataSet;
}

/** Frames that are under way while an earlier one is sent: enough to keep all threads busy, few enough to hold. */
const ahead = 4;

/** Frames in their order, the next ones under way while one is sent. */
export async function* inTurn<F>(
  frames: AsyncIterable<F> | Iterable<F>,
  render: (frame: F) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const underWay: Promise<Uint8Array>[] = [];
  for await (const frame of frames) {
    const image = render(frame);
    image.catch(() => undefined);
    underWay.push(image);
    if (underWay.length > ahead) yield await underWay.shift()!;
  }
  for (const image of underWay) yield await image;
}

/** The numbers of a multi-frame image. */
export function* numbersTo(last: number): Generator<number> {
  for (let number = 1; number <= last; number++) yield number;
}
