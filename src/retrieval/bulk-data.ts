import { Tag, type VR } from '../../generated/dictionary.ts';
import { type BulkDataElement, formatTag, isBulkData, resolveBulkData } from '../dicom/bulk-data-path.ts';
import type { DataElement, DataSet } from '../dicom/data-set.ts';
import { type FrameIndex, frameCount } from '../dicom/frame-index.ts';
import { indexFrames } from '../dicom/frame-indexing.ts';
import { type ImagePixel, imagePixelOf } from '../dicom/image-pixel.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import type { Representation, RepresentationRange } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { frameReader, type PixelDataNeeds } from './frames.ts';
import { instanceURI } from './resource-uri.ts';
import { storedBytes } from './stored-bytes.ts';
import { withPart10 } from './stored-part10.ts';

/** A value that metadata leaves at a bulk data URI: where it is in the object, and what it is. */
export interface BulkDataValue {
  /** Bulk data path, such as "54000100.1.54001010". */
  readonly path: string;
  readonly vr: VR;
  readonly offset: number;
  /** Of the value without padding, where the data set says how long that is. */
  readonly length: number;
  readonly bigEndian: boolean;
  /** Pixel data in fragments: it is retrieved frame by frame. */
  readonly encapsulated: boolean;
  /** Of pixel data in fragments that is an item's own, such as that of an icon: what its frames are, and where. */
  readonly nested?: { readonly image: ImagePixel; readonly frames: FrameIndex };
  /** MIME Type of Encapsulated Document (0042,0012), for Encapsulated Document (0042,0011). */
  readonly documentMediaType?: string;
}

/** The bulk data value of a path; undefined if the instance has none there. PS3.18 Sup174 6.5, RetrieveBulkdata. */
export async function bulkDataValue(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  path: string,
): Promise<BulkDataValue | undefined> {
  return await withPart10(instanceStore, record, ({ dataSet }) => {
    const found = resolveBulkData(dataSet, path);
    if (found === undefined) return undefined;
    const value = describe(path, found.element, found.dataSet);
    return value.encapsulated && found.dataSet !== dataSet ? { ...value, ...nestedIn(found, record) } : value;
  });
}

function nestedIn({ element, dataSet }: BulkDataElement, { index }: InstanceRecord): Pick<BulkDataValue, 'nested'> {
  const image = imagePixelOf(dataSet);
  const frames = image && indexFrames(dataSet, element, image, transferSyntaxOf(index.TransferSyntaxUID)!);
  return image === undefined || frames === undefined ? {} : { nested: { image, frames } };
}

/** Every bulk data value of an instance, those in sequence items too, in the order of the data set. */
export async function bulkDataValues(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): Promise<readonly BulkDataValue[]> {
  return await withPart10(instanceStore, record, ({ dataSet }) => [...valuesIn(dataSet, '')]);
}

function* valuesIn(dataSet: DataSet, parent: string): Generator<BulkDataValue> {
  for (const element of dataSet.elements.values()) {
    const path = parent + formatTag(element.tag);
    if (isBulkData(element)) yield describe(path, element, dataSet);
    for (const [place, item] of (element.items ?? []).entries()) yield* valuesIn(item, `${path}.${place + 1}.`);
  }
}

function describe(path: string, element: DataElement, dataSet: DataSet): BulkDataValue {
  const { tag, vr, offset, length } = element;
  const document = tag === Tag.EncapsulatedDocument ? dataSet.text(Tag.MIMETypeOfEncapsulatedDocument) : undefined;
  const withoutPadding = tag === Tag.EncapsulatedDocument ? dataSet.number(Tag.EncapsulatedDocumentLength) : undefined;
  return {
    path,
    vr,
    offset,
    length: withoutPadding !== undefined && withoutPadding === length - 1 ? withoutPadding : length,
    bigEndian: dataSet.bigEndian,
    encapsulated: element.encapsulated === true,
    ...(document === undefined || document === '' ? {} : { documentMediaType: document.toLowerCase() }),
  };
}

/**
 * A value that is not in fragments, little endian whatever it is stored in. PS3.18 Sup174 6.5.
 *
 * @requirement R-001-231
 */
export function bulkDataRepresentation(
  needs: { readonly instanceStore: InstanceStore; readonly serviceRoot: string },
  record: InstanceRecord,
  value: BulkDataValue,
  { mediaType, extension }: { readonly mediaType: string; readonly extension: string },
): Representation {
  const bytes = storedBytes(needs.instanceStore, record);
  const word = value.bigEndian ? (wordLengths[value.vr] ?? 1) : 1;
  const openRange = ({ start, end }: RepresentationRange): AsyncIterable<Uint8Array> =>
    word === 1
      ? bytes.stream({ start: value.offset + start, end: value.offset + end })
      : swapped(bytes.stream({ start: value.offset, end: value.offset + value.length }), word, { start, end });
  return {
    mediaType,
    location: `${instanceURI(needs.serviceRoot, record)}/bulkdata/${value.path}`,
    length: value.length,
    fileName: `${value.path}${extension}`,
    open: () => openRange({ start: 0, end: value.length }),
    openRange,
  };
}

/**
 * Pixel data in fragments that is an item's own, its frames one after another in a transfer syntax: as stored, or decoded.
 */
export function nestedPixelDataRepresentation(
  needs: PixelDataNeeds,
  record: InstanceRecord,
  { path, nested }: BulkDataValue & Required<Pick<BulkDataValue, 'nested'>>,
  transferSyntaxUID: string,
  { mediaType, extension }: { readonly mediaType: string; readonly extension: string },
): Representation {
  const { image, frames } = nested;
  const frameOf = frameReader(needs, { ...record, index: { ...record.index, image } }, frames, transferSyntaxUID);
  return {
    mediaType,
    location: `${instanceURI(needs.serviceRoot, record)}/bulkdata/${path}`,
    fileName: `${path}${extension}`,
    async *open() {
      for (let frameNumber = 1; frameNumber <= frameCount(frames); frameNumber++) yield await frameOf(frameNumber);
    },
  };
}

/** Octets of the words that big endian reverses (PS3.5 7.3). */
const wordLengths: Readonly<Partial<Record<VR, 2 | 4 | 8>>> = {
  OW: 2,
  US: 2,
  SS: 2,
  AT: 2,
  OF: 4,
  OL: 4,
  FL: 4,
  SL: 4,
  UL: 4,
  OD: 8,
  OV: 8,
  FD: 8,
  SV: 8,
  UV: 8,
};

/** Part of a value with the octets of its words reversed; words that two chunks share are put together first. */
async function* swapped(
  chunks: AsyncIterable<Uint8Array>,
  word: 2 | 4 | 8,
  { start, end }: RepresentationRange,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  let at = 0;
  for await (const chunk of chunks) {
    const joined = Buffer.concat([rest, chunk]);
    const whole = joined.length - (joined.length % word);
    const words = joined.subarray(0, whole);
    if (word === 2) words.swap16();
    else if (word === 4) words.swap32();
    else words.swap64();
    rest = joined.subarray(whole);
    const wanted = words.subarray(Math.max(0, start - at), Math.max(0, Math.min(words.length, end - at)));
    if (wanted.length > 0) yield wanted;
    at += whole;
    if (at >= end) return;
  }
  if (rest.length > 0) yield rest;
}
