import { Tag, type VR } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import type { DataElement, DataSet } from './data-set.ts';
import type { FrameIndex } from './frame-index.ts';
import { indexFrames } from './frame-indexing.ts';
import { type ImagePixel, imagePixelOf } from './image-pixel.ts';
import { type InstanceContent, instanceContentOf } from './instance-content.ts';
import { type Part10, readPart10 } from './part10.ts';
import { formatTag, type UnreadableReason } from './unreadable.ts';

export type { InstanceContent } from './instance-content.ts';

/**
 * What is known of an instance once it has been read, which is all that serving it needs.
 *
 * Offsets count in the object; in one whose data set is deflated, in the object with its data set inflated
 * (`inflatedSource` of part10.ts).
 */
export interface InstanceIndex {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly TransferSyntaxUID: string;
  readonly InstanceNumber?: number;
  readonly SeriesNumber?: number;
  readonly Modality?: string;
  readonly dataSetOffset: number;
  /** Octets in front of the pixel data element: everything where there is none. */
  readonly headLength: number;
  readonly image?: ImagePixel;
  readonly frames?: FrameIndex;
  readonly pixelData?: {
    readonly tag: number;
    readonly vr: VR;
    /** Of the value field. */
    readonly offset: number;
    readonly length: number;
    readonly encapsulated: boolean;
  };
  readonly content: InstanceContent;
  readonly encapsulatedDocumentMediaType?: string;
  /** Whether the frames are one after another in time: a cine loop. */
  readonly timeBased: boolean;
}

/** SOP Class UID and SOP Instance UID: which instance something is about. */
export interface SOPInstanceReference {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
}

/** Why octets are no instance that can be stored. */
export interface UnfitInstance {
  readonly ok: false;
  readonly reason: UnreadableReason | 'attribute-missing' | 'attribute-invalid';
  readonly at: number;
  readonly detail: string;
  /** Which instance it would be, as far as it says so. */
  readonly reference?: SOPInstanceReference;
}

export type IndexedInstance =
  | { readonly ok: true; readonly index: InstanceIndex; readonly part10: Part10 }
  | UnfitInstance;

const identifiers = ['SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID'] as const;
type Identifier = (typeof identifiers)[number];

/** What the File Meta Information repeats of the data set (PS3.10 7.1). */
const repeatedInFileMeta: { readonly [keyword in Identifier]?: number } = {
  SOPClassUID: Tag.MediaStorageSOPClassUID,
  SOPInstanceUID: Tag.MediaStorageSOPInstanceUID,
};

/** Generous, as archives hold UIDs with leading zeros; what it keeps out could not be written in a URL or a file name. */
const uidPattern = /^[0-9]+(\.[0-9]+)*$/;
const maximumUIDLength = 64;

/**
 * Reads an object and indexes what it is, where its pixel data is and where each frame is: the one pass at store time.
 *
 * Real objects are found whose data set has no SOP Class UID or SOP Instance UID, or empty ones: what their File Meta
 * Information says counts then. Nothing stands in for a missing Study or Series Instance UID.
 */
export function indexInstance(source: ByteSource): IndexedInstance {
  const read = readPart10(source);
  if (!read.ok) {
    const { fileMeta, ...failure } = read;
    return { ...failure, ...referenceOf((keyword) => fileMeta?.text(repeatedInFileMeta[keyword] ?? 0)) };
  }
  const { part10 } = read;
  const { dataSet, dataSetOffset, transferSyntax } = part10;
  for (const keyword of identifiers) {
    const unfit = unfitIdentifier(part10, keyword);
    if (unfit) return { ...unfit, ...referenceOf((other) => identifierOf(part10, other)) };
  }
  const pixelData = pixelDataOf(dataSet);
  const image = pixelData && imagePixelOf(dataSet);
  const frames = image && indexFrames(dataSet, pixelData, image, transferSyntax);
  const content = instanceContentOf(dataSet, image !== undefined);
  const InstanceNumber = dataSet.number(Tag.InstanceNumber);
  const SeriesNumber = dataSet.number(Tag.SeriesNumber);
  const Modality = dataSet.text(Tag.Modality);
  const mediaType = dataSet.text(Tag.MIMETypeOfEncapsulatedDocument);
  return {
    ok: true,
    part10,
    index: {
      SOPClassUID: identifierOf(part10, 'SOPClassUID')!,
      SOPInstanceUID: identifierOf(part10, 'SOPInstanceUID')!,
      StudyInstanceUID: dataSet.text(Tag.StudyInstanceUID)!,
      SeriesInstanceUID: dataSet.text(Tag.SeriesInstanceUID)!,
      TransferSyntaxUID: transferSyntax.uid,
      ...(InstanceNumber !== undefined && { InstanceNumber }),
      ...(SeriesNumber !== undefined && { SeriesNumber }),
      ...(Modality !== undefined && { Modality }),
      dataSetOffset,
      headLength: pixelData ? pixelData.offset - headerLength(dataSet) : dataSet.source.size,
      ...(image && { image }),
      ...(frames && { frames }),
      ...(pixelData && {
        pixelData: {
          tag: pixelData.tag,
          vr: pixelData.vr,
          offset: pixelData.offset,
          length: pixelData.length,
          encapsulated: pixelData.encapsulated ?? false,
        },
      }),
      content,
      ...(content === 'encapsulated-document' &&
        mediaType !== undefined && { encapsulatedDocumentMediaType: mediaType }),
      timeBased: isTimeBased(dataSet),
    },
  };
}

function identifierOf({ dataSet, fileMeta }: Part10, keyword: Identifier): string | undefined {
  const repeated = repeatedInFileMeta[keyword];
  return dataSet.text(Tag[keyword]) ?? (repeated === undefined ? undefined : fileMeta.text(repeated));
}

function unfitIdentifier(part10: Part10, keyword: Identifier): UnfitInstance | undefined {
  const uid = identifierOf(part10, keyword);
  const at = part10.dataSet.get(Tag[keyword])?.offset ?? part10.dataSetOffset;
  const name = `${keyword} ${formatTag(Tag[keyword])}`;
  if (uid === undefined) return { ok: false, reason: 'attribute-missing', at, detail: `${name} is missing or empty.` };
  if (isUID(uid)) return undefined;
  return {
    ok: false,
    reason: 'attribute-invalid',
    at,
    detail: `${name} is no UID: it has to be digits and dots, at most ${maximumUIDLength} characters.`,
  };
}

function isUID(text: string): boolean {
  return text.length <= maximumUIDLength && uidPattern.test(text);
}

/** The instance that two UIDs refer to, if both are UIDs. */
function referenceOf(uidOf: (keyword: 'SOPClassUID' | 'SOPInstanceUID') => string | undefined): {
  readonly reference?: SOPInstanceReference;
} {
  const [SOPClassUID, SOPInstanceUID] = [uidOf('SOPClassUID'), uidOf('SOPInstanceUID')];
  if (SOPClassUID === undefined || SOPInstanceUID === undefined || !isUID(SOPClassUID) || !isUID(SOPInstanceUID))
    return {};
  return { reference: { SOPClassUID, SOPInstanceUID } };
}

function pixelDataOf(dataSet: DataSet): DataElement | undefined {
  return dataSet.get(Tag.PixelData) ?? dataSet.get(Tag.FloatPixelData) ?? dataSet.get(Tag.DoubleFloatPixelData);
}

/** Octets of the tag, VR and length of pixel data: its VRs have a 32-bit length in Explicit VR. */
function headerLength(dataSet: DataSet): number {
  return dataSet.explicitVR ? 12 : 8;
}

/** Attributes of which each says that frames are shown one after another (PS3.3 C.7.6.5). */
const cineTags = [Tag.FrameTime, Tag.FrameTimeVector, Tag.CineRate, Tag.RecommendedDisplayFrameRate];

function isTimeBased(dataSet: DataSet): boolean {
  if (cineTags.some((tag) => dataSet.number(tag) !== undefined)) return true;
  return dataSet.numbers(Tag.FrameIncrementPointer).some((tag) => tag === Tag.FrameTime || tag === Tag.FrameTimeVector);
}
