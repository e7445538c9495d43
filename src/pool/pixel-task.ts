import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';

/** One frame of one instance, and what shall become of it. */
export interface RenderTask {
  /** Digest of the stored object; a worker keeps the parsed head by it. */
  readonly key: string;
  /** The object's octets before its Pixel Data element, the data set of a deflated object inflated. */
  readonly head: Uint8Array;
  /** Where the data set begins in the head. */
  readonly dataSetOffset: number;
  readonly transferSyntaxUID: string;
  readonly image: ImagePixel;
  /** The frame as {@link frameBytes} gives it. It is transferred: the caller must not use it again. */
  readonly frame: Uint8Array;
  /** From 1. */
  readonly frameNumber: number;
  /** Rendered Media Type, without parameters. */
  readonly mediaType: string;
  readonly parameters: RenderingParameters;
}

/** One frame to be encoded in another transfer syntax. */
export interface TranscodeTask {
  readonly image: ImagePixel;
  /** The frame as {@link frameBytes} gives it. It is transferred: the caller must not use it again. */
  readonly frame: Uint8Array;
  readonly fromTransferSyntaxUID: string;
  readonly toTransferSyntaxUID: string;
}

/** What a worker thread is asked to do. */
export type WorkerTask =
  | ({ readonly kind: 'render' } & RenderTask)
  | ({ readonly kind: 'transcode' } & TranscodeTask)
  | { readonly kind: 'warm-up' };
