import type { Codec } from './codec.ts';

/** Native (uncompressed) frames of the five native transfer syntaxes (PS3.5 8.1, 8.2). */
export const nativeCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2'],
  async decode() {
    throw new Error('unfinished');
  },
};
