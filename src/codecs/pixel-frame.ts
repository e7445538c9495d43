/** The samples of one frame, whatever the photometric interpretation says they mean. */
export type Samples =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** How the pixels of a halved frame lie in the image. */
export interface FrameReduction {
  /** How often both sides were halved, and rounded up. */
  readonly halvings: number;
  /** Where the first pixel has its middle, in pixels of the image from its edge. */
  readonly firstCenter: number;
}

/**
 * One decoded frame: samples in the machine's own byte order, interleaved by pixel (R G B R G B), rows from the top.
 *
 * Samples of less than eight bits are widened to eight; chrominance is brought to the resolution of luminance. The bits
 * outside Bits Stored are still there: the stored value is cut out by the rendering (PS3.3 C.7.6.3).
 */
export interface PixelFrame {
  readonly Rows: number;
  readonly Columns: number;
  readonly SamplesPerPixel: number;
  /** Photometric Interpretation of the samples as they are here, after decoding. */
  readonly PhotometricInterpretation: string;
  readonly BitsStored: number;
  readonly HighBit: number;
  readonly PixelRepresentation: 0 | 1;
  readonly samples: Samples;
  /** Where the frame has fewer pixels than the image, because it was halved while it was decoded. */
  readonly reduction?: FrameReduction;
}
