import type { ByteSource } from './byte-source.ts';
import type { DataSet } from './data-set.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

/** Why bytes could not be read as a DICOM object. */
export type UnreadableReason = 'not-dicom' | 'truncated' | 'malformed' | 'too-deep' | 'too-large' | 'deflate';

/** A located failure to read: `at` is the offset in octets, `detail` a sentence for a person. */
export interface Unreadable {
  readonly ok: false;
  readonly reason: UnreadableReason;
  readonly at: number;
  readonly detail: string;
}

export interface Part10 {
  readonly fileMeta: DataSet;
  readonly transferSyntax: TransferSyntax;
  readonly dataSet: DataSet;
  readonly dataSetOffset: number;
  readonly warnings: readonly string[];
}
export type Parsed10 = { readonly ok: true; readonly part10: Part10 } | Unreadable;
export function readPart10(_source: ByteSource, _options: { stopBeforePixelData?: boolean } = {}): Parsed10 {
  throw new Error('soon');
}
/**
 * The object with its deflated data set inflated in place: what precedes it, then the inflated data set, so that the
 * offsets of an {@link InstanceIndex} hold in it. Throws nothing; fails as a value.
 */
export function inflatedSource(
  _source: ByteSource,
  _dataSetOffset: number,
): { ok: true; source: ByteSource } | Unreadable {
  throw new Error('soon');
}
