import type { ImagePixel } from '../dicom/image-pixel.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Codec } from './codec.ts';
import {
  frameOfCodestream,
  octetsOf,
  octetsPerSample,
  precisionNeeded,
  unsignedSamples,
} from './encapsulated-samples.ts';
import { contextOf, decodedOctets, encodedOctets } from './native-codecs.ts';
import type { PixelFrame } from './pixel-frame.ts';

/** JPEG XL, lossless: both ways (PS3.5 8.2.15, A.4.12). */
export const jpegXlLosslessCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.110'],
  decode,
  encode,
};

/** JPEG XL, recompressed JPEG and lossy: to read. Colours come out as RGB. */
export const jpegXlCodec: Codec = {
  transferSyntaxes: ['1.2.840.10008.1.2.4.111', '1.2.840.10008.1.2.4.112'],
  decode,
};

async function decode(encoded: Uint8Array, image: ImagePixel): Promise<PixelFrame> {
  const { Rows, Columns, SamplesPerPixel, BitsAllocated } = image;
  const codestream = { Rows, Columns, SamplesPerPixel, precision: Math.min(BitsAllocated, 16), isSigned: false };
  const PhotometricInterpretation = SamplesPerPixel === 3 ? 'RGB' : image.PhotometricInterpretation;
  const octets = await decodedOctets(({ NativeCodecs, Context }) => {
    const context = new Context({ ...contextOf(codestream, PhotometricInterpretation), encodedBuffer: encoded });
    return NativeCodecs.decodeJpegXl(context).getDecodedBuffer();
  });
  return frameOfCodestream(octets, codestream, image, PhotometricInterpretation);
}

async function encode(frame: PixelFrame): Promise<Uint8Array> {
  const precision = precisionNeeded(frame);
  if (precision > 16) {
    throw originServerError(
      'transfer-syntax-not-acceptable',
      `JPEG XL is written with up to 16 bits here; the image has ${precision}.`,
    );
  }
  const octets = octetsOf(unsignedSamples(frame, precision), octetsPerSample(precision));
  const codestream = { ...frame, precision, isSigned: false };
  return encodedOctets(({ NativeCodecs, Context }) => {
    const context = new Context({ ...contextOf(codestream, frame.PhotometricInterpretation), decodedBuffer: octets });
    return NativeCodecs.encodeJpegXl(context, { lossy: false }).getEncodedBuffer();
  });
}
