/** Pixels ready to be encoded: eight bits a channel, rows from the top, sRGB or one channel of grey. */
export interface RenderedImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 R G B. */
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}
