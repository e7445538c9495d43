import { inflateRawSync } from 'node:zlib';
import { Tag, vrOf } from '../../generated/dictionary.ts';
import { type ByteSource, memorySource } from './byte-source.ts';
import type { DataSet, Encoding } from './data-set.ts';
import { readDataSet } from './data-set-reader.ts';
import {
  type TransferSyntax,
  TransferSyntaxUID,
  transferSyntaxOf,
  unregisteredTransferSyntax,
} from './transfer-syntax.ts';
import { type Unreadable, unreadable } from './unreadable.ts';
import { vrByCode } from './value-representation.ts';

/** A file of PS3.10, read. */
export interface Part10 {
  /** File Meta Information: empty where the file has none. */
  readonly fileMeta: DataSet;
  readonly transferSyntax: TransferSyntax;
  /** A deflated data set is read from its inflated octets: see {@link inflatedSource}. */
  readonly dataSet: DataSet;
  /** Octets in front of the data set. */
  readonly dataSetOffset: number;
  /** What was tolerated, in sentences. */
  readonly warnings: readonly string[];
}

export type Parsed10 =
  | { readonly ok: true; readonly part10: Part10 }
  /** With the File Meta Information, where that could be read and the data set could not. */
  | (Unreadable & { readonly fileMeta?: DataSet });

const preambleLength = 128;
const magic = 'DICM';
const explicitLittleEndian: Encoding = { explicitVR: true, bigEndian: false };

/** What a data set may inflate to: it has to be in memory as a whole. */
const maximumInflatedLength = 1024 * 1024 * 1024;

/**
 * Reads a DICOM object: File Meta Information and data set (PS3.10 7).
 *
 * As real archives need it, preamble, File Meta Information, its group length and its Transfer Syntax UID may be missing:
 * then the encoding is told from the first element.
 *
 * @param options.stopBeforePixelData leaves out (Float, Double Float) Pixel Data and what follows
 */
export function readPart10(source: ByteSource, options: { readonly stopBeforePixelData?: boolean } = {}): Parsed10 {
  const warnings: string[] = [];
  const metaOffset = fileMetaOffset(source);
  if (metaOffset === undefined) warnings.push('The file has no preamble.');
  const meta = readDataSet(source, metaOffset ?? 0, {
    encoding: explicitLittleEndian,
    stopBefore: (tag) => tag >>> 16 !== 0x0002,
  });
  if (!meta.ok) return meta;
  const { dataSet: fileMeta, end: dataSetOffset } = meta;
  if (fileMeta.elements.size === 0) warnings.push('The file has no File Meta Information.');

  const uid = fileMeta.text(Tag.TransferSyntaxUID);
  const transferSyntax =
    uid === undefined
      ? guessedTransferSyntax(source, dataSetOffset, fileMeta.elements.size > 0)
      : (transferSyntaxOf(uid) ?? unregisteredTransferSyntax(uid));
  if (!transferSyntax) {
    return unreadable('not-dicom', dataSetOffset, 'There is neither File Meta Information nor a data element here.');
  }
  if (uid === undefined)
    warnings.push(`The file does not name its transfer syntax; it is read as ${transferSyntax.name}.`);

  const inflated = transferSyntax.deflated ? inflatedSource(source, dataSetOffset) : ({ ok: true, source } as const);
  if (!inflated.ok) return { ...inflated, fileMeta };
  const read = readDataSet(inflated.source, dataSetOffset, {
    encoding: transferSyntax,
    ...(options.stopBeforePixelData ? { stopBefore: isPixelData } : {}),
  });
  if (!read.ok) return { ...read, fileMeta };
  return {
    ok: true,
    part10: {
      fileMeta,
      transferSyntax,
      dataSet: read.dataSet,
      dataSetOffset,
      warnings: [...warnings, ...(fileMeta.elements.size > 0 ? meta.warnings : []), ...read.warnings],
    },
  };
}

/** Whether a tag is that of Pixel Data, Float Pixel Data or Double Float Pixel Data (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25). */
export function isPixelData(tag: number): boolean {
  return tag === Tag.PixelData || tag === Tag.FloatPixelData || tag === Tag.DoubleFloatPixelData;
}

/**
 * An object whose data set is deflated, with the data set inflated in its place: what is in front of it stays there, so
 * that offsets from reading the one hold in the other (PS3.5 A.5).
 */
export function inflatedSource(
  source: ByteSource,
  dataSetOffset: number,
): { readonly ok: true; readonly source: ByteSource } | Unreadable {
  try {
    const head = source.read(0, dataSetOffset);
    const deflated = source.read(dataSetOffset, source.size - dataSetOffset);
    const inflated = inflateRawSync(deflated, { maxOutputLength: maximumInflatedLength });
    return { ok: true, source: memorySource(Buffer.concat([head, inflated])) };
  } catch (error) {
    if (error instanceof RangeError) {
      return unreadable(
        'too-large',
        dataSetOffset,
        `The data set inflates to more than ${maximumInflatedLength} octets.`,
      );
    }
    return unreadable('deflate', dataSetOffset, 'The data set cannot be inflated.');
  }
}

function fileMetaOffset(source: ByteSource): number | undefined {
  const start = Buffer.from(source.read(0, preambleLength + magic.length));
  if (start.subarray(preambleLength).toString('latin1') === magic) return preambleLength + magic.length;
  if (start.subarray(0, magic.length).toString('latin1') === magic) return magic.length;
  return undefined;
}

/**
 * The native transfer syntax that the first element of a data set looks like.
 *
 * @param isDicom whether what is in front of it is File Meta Information; if not, it has to look like an element itself
 */
function guessedTransferSyntax(source: ByteSource, offset: number, isDicom: boolean): TransferSyntax | undefined {
  const start = source.read(offset, 8);
  const implicit = transferSyntaxOf(TransferSyntaxUID.ImplicitVRLittleEndian);
  if (start.length < 8) return isDicom ? implicit : undefined;
  const view = new DataView(start.buffer, start.byteOffset, 8);
  const isExplicit = vrByCode.has(view.getUint16(4));
  const isPlausible = (bigEndian: boolean) => {
    const tag = view.getUint16(0, !bigEndian) * 0x10000 + view.getUint16(2, !bigEndian);
    const fits = isExplicit || view.getUint32(4, !bigEndian) <= source.size - offset - 8;
    return fits && tag >>> 16 >= 0x0004 && tag >>> 16 <= 0x0020 && vrOf(tag) !== undefined;
  };
  if (isPlausible(false)) return isExplicit ? transferSyntaxOf(TransferSyntaxUID.ExplicitVRLittleEndian) : implicit;
  if (isExplicit && isPlausible(true)) return transferSyntaxOf(TransferSyntaxUID.ExplicitVRBigEndian);
  // The default transfer syntax of DICOM (PS3.5 10.1).
  return isDicom ? implicit : undefined;
}
