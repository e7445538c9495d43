/** Where each frame of an object is. */
export type FrameIndex = NativeFrameIndex | EncapsulatedFrameIndex;

export interface NativeFrameIndex {
  readonly kind: 'native';
  /** Offset of the value field. */
  readonly offset: number;
  readonly bitsPerFrame: number;
  readonly count: number;
  /** Octets of a word that {@link frameBytes} reverses: 1 in little endian (and OB), else 2 (OW), 4 (OF) or 8 (OD). */
  readonly wordLength: 1 | 2 | 4 | 8;
}

export interface EncapsulatedFrameIndex {
  readonly kind: 'encapsulated';
  /** Offsets of item tags, one more than there are frames: frame i (from 0) is the items in [offsets[i], offsets[i + 1]). */
  readonly offsets: Float64Array;
}
export interface FrameRange {
  readonly offset: number;
  readonly length: number;
  readonly bitOffset: number;
}
export function frameCount(_index: FrameIndex): number {
  throw new Error('soon');
}
export function frameRange(_index: FrameIndex, _frameNumber: number): FrameRange | undefined {
  throw new Error('soon');
}
/** The frame as octets of its own, ALWAYS little endian: `raw` are the octets of {@link frameRange}. */
export function frameBytes(_index: FrameIndex, _frameNumber: number, _raw: Uint8Array): Uint8Array {
  throw new Error('soon');
}
export function encodeFrameIndex(_index: FrameIndex): Uint8Array {
  throw new Error('soon');
}
export function decodeFrameIndex(_bytes: Uint8Array): FrameIndex {
  throw new Error('soon');
}
