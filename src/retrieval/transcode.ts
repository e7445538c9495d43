import { type Transcoding, transcodingOf } from '../codecs/transcoding.ts';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import type { StoredIndex } from '../storage/catalog.ts';

/** What has to be done to send an instance in a transfer syntax. */
export type Conversion =
  /** Nothing: the stored bytes are the answer. */
  | { readonly kind: 'as stored' }
  /** The elements are written in another way; pixel data stays native, or there is none. */
  | { readonly kind: 'elements' }
  /** Every frame is decoded and encoded again. */
  | {
      readonly kind: 'frames';
      readonly image: ImagePixel;
      readonly pixels: Extract<Transcoding, { kind: 'possible' }>['pixels'];
    }
  | { readonly kind: 'impossible' /** Reason, in a sentence. */; readonly why: string };

/**
 * How an instance gets from the transfer syntax that it is stored in to another. Nothing is read to find out.
 * PS3.18 Sup174 6.5.
 */
export function conversionOf(index: StoredIndex, to: string): Conversion {
  const from = index.TransferSyntaxUID;
  if (from === to) return { kind: 'as stored' };
  const { image, pixelData } = index;
  if (isNative(to) && (isNative(from) || pixelData === undefined)) return { kind: 'elements' };
  if (image === undefined || pixelData === undefined)
    return { kind: 'impossible', why: 'The instance has no pixel data to be encoded.' };
  const transcoding = transcodingOf(image, from, to);
  return transcoding.kind === 'possible' ? { kind: 'frames', image, pixels: transcoding.pixels } : transcoding;
}

/** Whether Pixel Data is native in a transfer syntax. */
export function isNative(uid: string): boolean {
  return transferSyntaxOf(uid)?.family === 'native';
}

/** Transfer syntax of a frame taken by itself: native frames are little endian, whatever the data set is. */
export function frameTransferSyntax(uid: string): string {
  return isNative(uid) ? TransferSyntaxUID.ExplicitVRLittleEndian : uid;
}
