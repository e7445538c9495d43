import type { Codec } from './codec.ts';

/** JPEG Baseline (Process 1), 8 bit (PS3.5 8.2.1, A.4.1). */
export const jpegBaselineCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.50'],
  async decode() {
    throw new Error('unfinished');
  },
};
