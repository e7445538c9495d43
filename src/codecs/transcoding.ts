import type { ImagePixel } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID as Uid } from '../dicom/transfer-syntax.ts';
import { canDecode } from './decode-frame.ts';

/** What a transfer syntax can hold, and what becomes of colours in it: one row a transfer syntax that is written here. */
interface Target {
  readonly name: string;
  /** Bits of a sample, least and most. */
  readonly bits: readonly [number, number];
  readonly isLossless: boolean;
  readonly holdsSigned: boolean;
  /** Photometric Interpretation of the codestream that RGB becomes; absent where it stays RGB. */
  readonly rgbBecomes?: string;
  /** Defined Term of Lossy Image Compression Method (PS3.3 C.7.6.1.1.5.1). */
  readonly lossyMethod?: string;
}

const lossless = { isLossless: true, holdsSigned: true } as const;
const jpegBaseline = {
  bits: [8, 8],
  isLossless: false,
  holdsSigned: false,
  rgbBecomes: 'YBR_FULL',
  lossyMethod: 'ISO_10918_1',
} as const;
const reversible = { ...lossless, bits: [1, 16], rgbBecomes: 'YBR_RCT' } as const;
const irreversible = { bits: [1, 16], isLossless: false, holdsSigned: true, rgbBecomes: 'YBR_ICT' } as const;

/** Encapsulated transfer syntaxes that are written, with their limits (PS3.5 8.2, Annex G). */
const encapsulatedTargets: Readonly<Record<string, Target>> = {
  [Uid.RLELossless]: { ...lossless, name: 'RLE Lossless', bits: [8, 32] },
  [Uid.JPEGBaseline8Bit]: { ...jpegBaseline, name: 'JPEG Baseline' },
  [Uid.JPEGExtended12Bit]: { ...jpegBaseline, name: 'JPEG Extended' },
  [Uid.JPEGLossless]: { ...lossless, name: 'JPEG Lossless', bits: [2, 16] },
  [Uid.JPEGLosslessSV1]: { ...lossless, name: 'JPEG Lossless', bits: [2, 16] },
  [Uid.JPEGLSLossless]: { ...lossless, name: 'JPEG-LS', bits: [2, 16] },
  [Uid.JPEGLSNearLossless]: {
    name: 'JPEG-LS near-lossless',
    bits: [2, 16],
    isLossless: false,
    holdsSigned: false,
    lossyMethod: 'ISO_14495_1',
  },
  [Uid.JPEG2000Lossless]: { ...reversible, name: 'JPEG 2000' },
  [Uid.JPEG2000]: { ...irreversible, name: 'JPEG 2000', lossyMethod: 'ISO_15444_1' },
  [Uid.HTJ2KLossless]: { ...reversible, name: 'HTJ2K' },
  [Uid.HTJ2KLosslessRPCL]: { ...reversible, name: 'HTJ2K' },
  [Uid.HTJ2K]: { ...irreversible, name: 'HTJ2K', lossyMethod: 'ISO_15444_15' },
  [Uid.JPEGXLLossless]: { ...lossless, name: 'JPEG XL', bits: [2, 16] },
};

const nativeTargets: ReadonlySet<string> = new Set([
  Uid.ImplicitVRLittleEndian,
  Uid.ExplicitVRLittleEndian,
  Uid.DeflatedExplicitVRLittleEndian,
  Uid.ExplicitVRBigEndian,
]);

/** Attributes of the Image Pixel Module that another encoding of the frames changes, and what lossy compression adds. */
export interface TranscodedPixels {
  readonly PhotometricInterpretation: string;
  readonly PlanarConfiguration: 0;
  readonly BitsAllocated: number;
  readonly HighBit: number;
  /** Present where compressing loses something: LossyImageCompressionMethod. */
  readonly lossyMethod?: string;
}

export type Transcoding =
  | { readonly kind: 'possible'; readonly pixels: TranscodedPixels }
  | { readonly kind: 'impossible' /** Reason, in a sentence. */; readonly why: string };

/**
 * Whether the frames of an image can go from one transfer syntax into another, and what that changes in the data set.
 *
 * Nothing is decoded to find out. Where an encoding cannot hold the pixels the answer says why, rather than giving
 * pixels of another depth (PS3.5 8.2).
 */
export function transcodingOf(image: ImagePixel, from: string, to: string): Transcoding {
  const target = encapsulatedTargets[to];
  if (target === undefined && !nativeTargets.has(to))
    return impossible(`Frames are not written in transfer syntax ${to}.`);
  if (!canDecode(from)) return impossible(`Frames stored in transfer syntax ${from} cannot be decoded.`);
  const decoded = decodedPhotometricInterpretation(image, from);
  const HighBit = nativeTargets.has(from) || from === Uid.RLELossless ? image.HighBit : image.BitsStored - 1;
  const { BitsAllocated } = image;
  if (target === undefined) {
    const pixels = { PhotometricInterpretation: decoded, PlanarConfiguration: 0, BitsAllocated, HighBit } as const;
    return { kind: 'possible', pixels };
  }
  const obstacle = obstacleOf(image, decoded, target);
  if (obstacle !== undefined) return impossible(obstacle);
  return {
    kind: 'possible',
    pixels: {
      PhotometricInterpretation: decoded === 'RGB' ? (target.rgbBecomes ?? decoded) : decoded,
      PlanarConfiguration: 0,
      BitsAllocated: isJpegBaseline(target) ? 8 : BitsAllocated,
      HighBit: target.isLossless ? HighBit : image.BitsStored - 1,
      ...(target.lossyMethod === undefined ? {} : { lossyMethod: target.lossyMethod }),
    },
  };
}

function impossible(why: string): Transcoding {
  return { kind: 'impossible', why };
}

function obstacleOf(image: ImagePixel, decoded: string, target: Target): string | undefined {
  const [least, most] = target.bits;
  if (image.pixelData !== 'PixelData') return `${target.name} holds integers; the image has floating point pixels.`;
  if (image.BitsAllocated === 1) return `${target.name} does not hold pixels of one bit.`;
  if (
    image.BitsAllocated % 8 !== 0 ||
    image.BitsAllocated < least ||
    image.BitsStored > most ||
    image.BitsAllocated > Math.max(16, most)
  ) {
    return `${target.name} holds samples of ${least} to ${most} bits; the image has ${image.BitsStored} in ${image.BitsAllocated}.`;
  }
  if (image.SamplesPerPixel !== 1 && image.SamplesPerPixel !== 3) {
    return `${target.name} holds one or three samples per pixel; the image has ${image.SamplesPerPixel}.`;
  }
  if (image.PixelRepresentation === 1 && !target.holdsSigned)
    return `${target.name} is written from unsigned pixels; the image is signed.`;
  if (!target.isLossless && image.PhotometricInterpretation === 'PALETTE COLOR') {
    return `${target.name} would change the indices of PALETTE COLOR.`;
  }
  if (
    isJpegBaseline(target) &&
    (image.BitsStored > 8 || image.HighBit >= 8 || (image.SamplesPerPixel === 3 && !/^(RGB|YBR_FULL)$/.test(decoded)))
  ) {
    return `${target.name} is written from grayscale, RGB or YBR_FULL of 8 bits; the image is ${decoded} of ${image.BitsStored} bits.`;
  }
  return undefined;
}

function isJpegBaseline({ lossyMethod }: Target): boolean {
  return lossyMethod === 'ISO_10918_1';
}

const colourDecodedToRgb: ReadonlySet<string> = new Set([
  Uid.JPEGBaseline8Bit,
  Uid.JPEGXLLossless,
  Uid.JPEGXLJPEGRecompression,
  Uid.JPEGXL,
]);

/** Photometric Interpretation of the frames once they are decoded. */
function decodedPhotometricInterpretation(image: ImagePixel, from: string): string {
  const { PhotometricInterpretation, SamplesPerPixel, BitsStored } = image;
  if (SamplesPerPixel !== 3) return PhotometricInterpretation;
  if (colourDecodedToRgb.has(from) || (from === Uid.JPEGExtended12Bit && BitsStored === 8)) return 'RGB';
  if (/^YBR_(RCT|ICT)$/.test(PhotometricInterpretation)) return 'RGB';
  return nativeTargets.has(from) ? PhotometricInterpretation.replace('_422', '') : PhotometricInterpretation;
}
