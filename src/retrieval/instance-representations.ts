import { bulkDataTransferSyntaxes } from '../../generated/tables.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';
import { type AcceptableMediaTypes, transferSyntaxesAskedFor } from '../negotiation/acceptable-media-types.ts';
import { bulkDataMediaTypeOf, uncompressedMediaType } from '../negotiation/bulk-data-media-types.ts';
import { mediaTypeOf, multipartRelatedOf } from '../negotiation/media-type-name.ts';
import {
  type NotAcceptable,
  type Selected,
  type SupportedMediaType,
  selectMediaType,
} from '../negotiation/selected-media-type.ts';
import { type OfferedTransferSyntax, offeredTransferSyntaxes } from '../negotiation/selected-transfer-syntax.ts';
import type { InstanceRecord, StoredIndex } from '../storage/catalog.ts';
import { conversionOf, frameTransferSyntax } from './transcode.ts';

export type Packaging = 'multipart' | 'single part' | 'zip';

/** One way to send an instance. */
export interface InstanceRepresentation extends SupportedMediaType {
  readonly packaging: Packaging;
  /** Media type of the part or file: application/dicom, or that of bulk data. */
  readonly content: string;
  readonly transferSyntax: OfferedTransferSyntax;
}

export const dicomMediaType = 'application/dicom';

/**
 * The ways to send an instance, in the order of the WADO-RS tables: DICOM, bulk data by its media type, zip.
 *
 * @param asked transfer syntaxes that the request names
 * @param alone whether the target is this one instance, so that it can be a single part
 */
export function instanceRepresentations(
  index: StoredIndex,
  asked: ReadonlySet<string>,
  alone: boolean,
): readonly InstanceRepresentation[] {
  const { TransferSyntaxUID: stored } = index;
  const dicom = offeredTransferSyntaxes(
    stored,
    asked,
    (_from, to) => canBecome(index, to),
    defaultTransferSyntax(stored),
  );
  return [
    ...dicom.map((transferSyntax) => multipart(dicomMediaType, transferSyntax, true)),
    ...bulkDataRepresentations(index),
    ...dicom.map((transferSyntax) => whole('application/zip', 'zip', transferSyntax)),
    ...(alone ? dicom.map((transferSyntax) => whole(dicomMediaType, 'single part', transferSyntax)) : []),
  ];
}

/** What application/dicom without a transfer syntax means: Explicit VR Little Endian; video passes through as stored. */
function defaultTransferSyntax(stored: string): string {
  return bulkDataMediaTypeOf(stored)?.content === 'video' ? stored : TransferSyntaxUID.ExplicitVRLittleEndian;
}

function canBecome(index: StoredIndex, transferSyntaxUID: string): boolean {
  return conversionOf(index, transferSyntaxUID).kind !== 'impossible';
}

/** Bulk data of an instance: PS3.18 Tables 8.7.3-4 and 8.7.3-5; or the document that it encapsulates. */
function bulkDataRepresentations(index: StoredIndex): readonly InstanceRepresentation[] {
  if (index.image !== undefined && index.pixelData !== undefined) return imageRepresentations(index);
  const document = index.encapsulatedDocumentMediaType?.toLowerCase();
  return [
    multipart(uncompressedMediaType, uncompressed),
    ...(document === undefined || document === uncompressedMediaType ? [] : [multipart(document, uncompressed)]),
  ];
}

const uncompressed = { uid: TransferSyntaxUID.ExplicitVRLittleEndian, default: true, stored: true };

/**
 * Pixel data in every media type that it is stored in or can be transcoded to. A media type without a transfer syntax
 * means the stored one where that belongs to it, and otherwise the default of its table.
 */
function imageRepresentations(index: StoredIndex): readonly InstanceRepresentation[] {
  const stored = frameTransferSyntax(index.TransferSyntaxUID);
  const own = bulkDataMediaTypeOf(stored)?.mediaType;
  const representations = bulkDataTransferSyntaxes
    .filter(
      (row) => row.transferSyntaxUID === stored || (row.content !== 'video' && canBecome(index, row.transferSyntaxUID)),
    )
    .map((row) => {
      const isStored = row.transferSyntaxUID === stored;
      const isDefault = row.mediaType === own ? isStored : row.default;
      return multipart(row.mediaType, { uid: row.transferSyntaxUID, default: isDefault, stored: isStored });
    });
  // What has no media type of its own and cannot be decoded is octets as they are.
  const isOnly = own === undefined && !canBecome(index, uncompressed.uid);
  const asStored = multipart(uncompressedMediaType, { uid: stored, default: isOnly, stored: true });
  return own === uncompressedMediaType ? representations : [...representations, asStored];
}

/**
 * The ways to send frames of an instance, or pixel data in fragments: in the order of the WADO-RS tables.
 *
 * @param alone whether it is one frame, which can be a single part
 * @requirement R-000-053
 * @requirement R-000-066
 */
export function pixelDataRepresentations(index: StoredIndex, alone: boolean): readonly InstanceRepresentation[] {
  const forms = bulkDataRepresentations(index).map((form) => ({
    ...form,
    default: form.content === uncompressedMediaType && form.transferSyntax.default,
  }));
  // In an archive, as they are stored: each file has the extension of its media type (D-31).
  const archived = forms.find(({ transferSyntax }) => transferSyntax.stored && transferSyntax.default) ?? forms[0]!;
  return [
    ...forms,
    { ...archived, mediaType: mediaTypeOf('application/zip'), packaging: 'zip', default: false },
    ...(alone ? forms.map(asSinglePart) : []),
  ];
}

/** The ways to send a bulk data value that is not in fragments; by itself it is a single part, in its own media type. */
export function valueRepresentations(documentMediaType: string | undefined): readonly InstanceRepresentation[] {
  const own = documentMediaType ?? uncompressedMediaType;
  const forms = [...new Set([uncompressedMediaType, own])].map((content) => multipart(content, uncompressed));
  const archived = forms.at(-1)!;
  return [
    ...forms,
    { ...archived, mediaType: mediaTypeOf('application/zip'), packaging: 'zip' },
    ...forms.map((form) => ({ ...asSinglePart(form), default: form.content === own })),
  ];
}

function asSinglePart(form: InstanceRepresentation): InstanceRepresentation {
  return { ...form, mediaType: mediaTypeOf(form.content), packaging: 'single part', default: false };
}

function multipart(content: string, transferSyntax: OfferedTransferSyntax, isDefault = false): InstanceRepresentation {
  return {
    mediaType: multipartRelatedOf(content),
    packaging: 'multipart',
    content,
    default: isDefault,
    transferSyntax,
  };
}

function whole(name: string, packaging: Packaging, transferSyntax: OfferedTransferSyntax): InstanceRepresentation {
  return { mediaType: mediaTypeOf(name), packaging, content: dicomMediaType, transferSyntax };
}

export interface SelectedInstance {
  readonly record: InstanceRecord;
  readonly selected: Selected<InstanceRepresentation>;
}

export interface SelectedInstances {
  readonly instances: readonly SelectedInstance[];
  /** Why an instance was left out; undefined if none was. */
  readonly leftOut?: NotAcceptable;
}

/** Representations that were selected before, for the kinds of instances. What is acceptable is kept as one object by whoever reads it. */
const selectedBefore = new WeakMap<AcceptableMediaTypes, Map<string, Selected<InstanceRepresentation>>>();

/** Kinds of instances that are remembered for one question. */
const mostKinds = 64;

/**
 * Selects the representation of an instance by itself.
 *
 * @param among the packaging that other instances of the body leave: zip, or anything but zip; undefined for all
 */
function select(
  index: StoredIndex,
  acceptable: AcceptableMediaTypes,
  among: { readonly alone: boolean; readonly isZip: boolean | undefined },
): Selected<InstanceRepresentation> | NotAcceptable {
  return selectOnce(acceptable, `instance ${among.alone} ${among.isZip} ${situationOf(index)}`, () => {
    const asked = transferSyntaxesAskedFor(acceptable);
    const supported = instanceRepresentations(index, asked, among.alone).filter(
      ({ packaging }) => among.isZip === undefined || among.isZip === (packaging === 'zip'),
    );
    return explained(selectMediaType(acceptable, supported), index, asked);
  });
}

/** Selects the representation of frames of an instance: see {@link pixelDataRepresentations}. */
export function selectPixelData(
  index: StoredIndex,
  acceptable: AcceptableMediaTypes,
  alone: boolean,
): Selected<InstanceRepresentation> | NotAcceptable {
  return selectOnce(acceptable, `frames ${alone} ${situationOf(index)}`, () =>
    selectMediaType(acceptable, pixelDataRepresentations(index, alone)),
  );
}

/** What is selected for a kind of instances, or was selected for it before. */
function selectOnce(
  acceptable: AcceptableMediaTypes,
  kind: string,
  select: () => Selected<InstanceRepresentation> | NotAcceptable,
): Selected<InstanceRepresentation> | NotAcceptable {
  const before = selectedBefore.get(acceptable) ?? new Map<string, Selected<InstanceRepresentation>>();
  const known = before.get(kind);
  if (known !== undefined) return known;
  const selected = select();
  if (selected.kind === 'selected' && before.size < mostKinds) {
    selectedBefore.set(acceptable, before.set(kind, selected));
  }
  return selected;
}

/**
 * Selects the representation of every instance by itself (D-28). They go into one body: when the first one selects a zip
 * archive, it is zip for all, and when not, for none.
 *
 * Instances of a kind are selected for once.
 */
export function selectPerInstance(
  records: readonly InstanceRecord[],
  acceptable: AcceptableMediaTypes,
): SelectedInstances {
  const bySituation = new Map<string, Selected<InstanceRepresentation> | NotAcceptable>();
  const instances: SelectedInstance[] = [];
  let leftOut: NotAcceptable | undefined;
  let isZip: boolean | undefined;
  for (const record of records) {
    const situation = situationOf(record.index);
    let selected = bySituation.get(situation);
    if (selected === undefined) {
      selected = select(record.index, acceptable, { alone: records.length === 1, isZip });
      bySituation.set(situation, selected);
    }
    if (selected.kind === 'not-acceptable') {
      leftOut ??= selected;
      continue;
    }
    isZip ??= selected.supported.packaging === 'zip';
    instances.push({ record, selected });
  }
  return { instances, ...(leftOut === undefined ? {} : { leftOut }) };
}

const situations = new WeakMap<StoredIndex, string>();

/** Everything that the representations of an instance depend on. */
function situationOf(index: StoredIndex): string {
  const known = situations.get(index);
  if (known !== undefined) return known;
  const { TransferSyntaxUID, image, pixelData, encapsulatedDocumentMediaType } = index;
  const situation = JSON.stringify([TransferSyntaxUID, image, pixelData !== undefined, encapsulatedDocumentMediaType]);
  situations.set(index, situation);
  return situation;
}

/** Adds to a refused transfer syntax why the instance cannot be sent in it. */
function explained<S extends Selected<InstanceRepresentation> | NotAcceptable>(
  selected: S,
  index: StoredIndex,
  asked: ReadonlySet<string>,
): S | NotAcceptable {
  if (selected.kind === 'selected' || selected.reason !== 'transfer syntax') return selected;
  const [named = TransferSyntaxUID.ExplicitVRLittleEndian] = asked;
  const conversion = conversionOf(index, named);
  return conversion.kind === 'impossible' ? { ...selected, why: `${selected.why} ${conversion.why}` } : selected;
}
