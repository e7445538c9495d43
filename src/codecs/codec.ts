import type { ImagePixel } from '../dicom/image-pixel.ts';
import type { PixelFrame } from './pixel-frame.ts';

/** How the octets of a frame are encoded. */
export interface FrameEncoding {
  readonly transferSyntaxUID: string;
  /** How often the sides may be halved while decoding; a codec may do less. Left out, the frame is decoded as it is. */
  readonly halvings?: number;
}

/** One way to encode a frame, for one or more transfer syntaxes. */
export interface Codec {
  readonly transferSyntaxes: readonly string[];

  /**
   * Decodes one frame.
   *
   * @param encoded the whole frame: fragments joined, item headers gone; native frames start on an octet
   *   and are little endian
   * @param image the Image Pixel Module of the instance
   * @throws OriginServerError `not-renderable` where the octets are no frame of this image
   */
  decode(encoded: Uint8Array, image: ImagePixel, encoding: FrameEncoding): Promise<PixelFrame>;

  /** Encodes one frame; absent where this transfer syntax is only read. */
  encode?(frame: PixelFrame, image: ImagePixel, encoding: FrameEncoding): Promise<Uint8Array>;
}
