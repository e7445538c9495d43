import type { VR } from '../../generated/dictionary.ts';
import type { DataSet } from './data-set.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

/** What takes the place of an element while a data set is written. */
export type ReplacedElement =
  /** Another value, as little endian octets of even length. */
  | { readonly kind: 'value'; readonly vr: VR; readonly value: Uint8Array }
  | { readonly kind: 'removed' }
  /** Native pixel data of a known length, little endian. */
  | { readonly kind: 'stream'; readonly vr: VR; readonly length: number; readonly chunks: AsyncIterable<Uint8Array> }
  /** Encapsulated pixel data, one fragment a frame; with the lengths of the frames an offset table is written. */
  | { readonly kind: 'frames'; readonly lengths?: readonly number[]; readonly frames: AsyncIterable<Uint8Array> };

export interface EncodeOptions {
  readonly omitPixelData?: boolean;
  readonly replace?: ReadonlyMap<number, ReplacedElement>;
}
export function encodeFileMeta(
  _from: DataSet,
  _transferSyntaxUID: string,
  _instance?: { readonly SOPClassUID: string; readonly SOPInstanceUID: string },
): Uint8Array {
  throw new Error('soon');
}
export function encodeDataSet(
  _dataSet: DataSet,
  _to: TransferSyntax,
  _options: EncodeOptions = {},
): AsyncGenerator<Uint8Array> {
  throw new Error('soon');
}
/** Octets that {@link encodeDataSet} will write; undefined where only writing tells (deflated, frames of unknown length). */
export function encodedLength(
  _dataSet: DataSet,
  _to: TransferSyntax,
  _options: EncodeOptions = {},
): number | undefined {
  throw new Error('soon');
}
