import type { FrameIndex } from '../dicom/frame-index.ts';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';

/** The first octets of a file that never changes: the worker reads them by itself, if it has not the data set still. */
export interface HeadOfFile {
  readonly file: string;
  readonly length: number;
}

/** A frame in a file that never changes: the worker reads it by itself, into memory that it uses again. */
export interface FrameOfFile {
  readonly file: string;
  readonly index: FrameIndex;
  /** From 1, in the index. */
  readonly frameNumber: number;
}

/** A frame, or its octets as {@link frameBytes} gives them: these may be transferred, so the caller must not use them again. */
export type TaskPixels = FrameOfFile | Uint8Array;

/** What a worker reads the data set of an instance from. */
export interface InstanceHead {
  /** Digest of the stored object; a worker keeps the parsed head by it. */
  readonly key: string;
  /** The object's octets before its Pixel Data element, the data set of a deflated object inflated. */
  readonly head: HeadOfFile | Uint8Array;
  /** Where the data set begins in the head. */
  readonly dataSetOffset: number;
  readonly transferSyntaxUID: string;
}

/** One frame of one instance. */
export interface TaskFrame extends InstanceHead {
  readonly image: ImagePixel;
  readonly frame: TaskPixels;
  /** From 1. */
  readonly frameNumber: number;
}

/** One frame, and what shall become of it. */
export interface RenderTask extends TaskFrame {
  /** Where the frame is shown as a Presentation State says. */
  readonly presentation?: TaskPresentation;
  /** Rendered Media Type, without parameters. */
  readonly mediaType: string;
  readonly parameters: RenderingParameters;
}

/** A Presentation State, and the other frames that it makes the picture of. */
export interface TaskPresentation {
  readonly state: InstanceHead;
  /** Of the same image: their average is taken away, but for the last ones, which are averaged with the frame before. */
  readonly mask?: {
    readonly frames: readonly TaskPixels[];
    readonly contrastFrameCount: number;
    readonly shift: { readonly row: number; readonly column: number };
  };
  readonly superimposed?: TaskFrame;
}

/** One frame to be encoded in another transfer syntax. */
export interface TranscodeTask {
  readonly image: ImagePixel;
  readonly frame: TaskPixels;
  readonly fromTransferSyntaxUID: string;
  readonly toTransferSyntaxUID: string;
}

/** What a frame is decoded in by two threads: the one that has the task, and one that is asked to help. */
export interface Helped {
  readonly shared?: SharedArrayBuffer;
}

/** What a worker thread is asked to do. */
export type WorkerTask =
  | ({ readonly kind: 'render' } & RenderTask & Helped)
  | ({ readonly kind: 'transcode' } & TranscodeTask & Helped)
  | { readonly kind: 'help'; readonly shared: SharedArrayBuffer }
  | { readonly kind: 'warm-up' };
