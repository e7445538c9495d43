import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';

/** One frame of one instance, and what shall become of it. */
export interface RenderTask {
  /** Digest of the stored object; a worker keeps the parsed head by it. */
  readonly key: string;
  /** Part 10 octets before the Pixel Data element. */
  readonly head: Uint8Array;
  readonly image: ImagePixel;
  /** VR of the Pixel Data element. */
  readonly pixelDataVR?: string;
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
  readonly pixelDataVR?: string;
  readonly frame: Uint8Array;
  readonly fromTransferSyntaxUID: string;
  readonly toTransferSyntaxUID: string;
}

/** Worker threads that decode, render and encode pixels off the event loop. */
export interface PixelPool {
  /** Renders one frame to an image file of the media type. */
  render(task: RenderTask, signal?: AbortSignal): Promise<Uint8Array>;
  /** Encodes one frame in another transfer syntax. */
  transcode(task: TranscodeTask, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface PixelPoolOptions {
  /** Number of worker threads. */
  readonly workers: number;
}

export function createPixelPool(_options: PixelPoolOptions): PixelPool {
  throw new Error('unfinished');
}
