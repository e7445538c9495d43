/** How the frames of pixel data are coded. */
export type TransferSyntaxFamily =
  | 'native'
  | 'rle'
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl'
  | 'mpeg'
  | 'deflated-frame'
  | 'other';

/** A row of the registry of transfer syntaxes (PS3.6 Table A-1, PS3.5 10 and Annex A). */
export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly explicitVR: boolean;
  readonly bigEndian: boolean;
  /** Whether the data set as a whole is deflated (PS3.5 A.5). */
  readonly deflated: boolean;
  /** Whether Pixel Data is a sequence of fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
  /** Whether every codestream of the transfer syntax restores the pixels exactly. */
  readonly lossless: boolean;
  readonly family: TransferSyntaxFamily;
}

export const TransferSyntaxUID = {
  ImplicitVRLittleEndian: '1.2.840.10008.1.2',
  ExplicitVRLittleEndian: '1.2.840.10008.1.2.1',
  EncapsulatedUncompressedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.98',
  DeflatedExplicitVRLittleEndian: '1.2.840.10008.1.2.1.99',
  ExplicitVRBigEndian: '1.2.840.10008.1.2.2',
  JPEGBaseline8Bit: '1.2.840.10008.1.2.4.50',
  JPEGExtended12Bit: '1.2.840.10008.1.2.4.51',
  JPEGExtended35: '1.2.840.10008.1.2.4.52',
  JPEGSpectralSelectionNonHierarchical68: '1.2.840.10008.1.2.4.53',
  JPEGSpectralSelectionNonHierarchical79: '1.2.840.10008.1.2.4.54',
  JPEGFullProgressionNonHierarchical1012: '1.2.840.10008.1.2.4.55',
  JPEGFullProgressionNonHierarchical1113: '1.2.840.10008.1.2.4.56',
  JPEGLossless: '1.2.840.10008.1.2.4.57',
  JPEGLosslessNonHierarchical15: '1.2.840.10008.1.2.4.58',
  JPEGExtendedHierarchical1618: '1.2.840.10008.1.2.4.59',
  JPEGExtendedHierarchical1719: '1.2.840.10008.1.2.4.60',
  JPEGSpectralSelectionHierarchical2022: '1.2.840.10008.1.2.4.61',
  JPEGSpectralSelectionHierarchical2123: '1.2.840.10008.1.2.4.62',
  JPEGFullProgressionHierarchical2426: '1.2.840.10008.1.2.4.63',
  JPEGFullProgressionHierarchical2527: '1.2.840.10008.1.2.4.64',
  JPEGLosslessHierarchical28: '1.2.840.10008.1.2.4.65',
  JPEGLosslessHierarchical29: '1.2.840.10008.1.2.4.66',
  JPEGLosslessSV1: '1.2.840.10008.1.2.4.70',
  JPEGLSLossless: '1.2.840.10008.1.2.4.80',
  JPEGLSNearLossless: '1.2.840.10008.1.2.4.81',
  JPEG2000Lossless: '1.2.840.10008.1.2.4.90',
  JPEG2000: '1.2.840.10008.1.2.4.91',
  JPEG2000MCLossless: '1.2.840.10008.1.2.4.92',
  JPEG2000MC: '1.2.840.10008.1.2.4.93',
  JPIPReferenced: '1.2.840.10008.1.2.4.94',
  JPIPReferencedDeflate: '1.2.840.10008.1.2.4.95',
  MPEG2MPML: '1.2.840.10008.1.2.4.100',
  MPEG2MPMLF: '1.2.840.10008.1.2.4.100.1',
  MPEG2MPHL: '1.2.840.10008.1.2.4.101',
  MPEG2MPHLF: '1.2.840.10008.1.2.4.101.1',
  MPEG4HP41: '1.2.840.10008.1.2.4.102',
  MPEG4HP41F: '1.2.840.10008.1.2.4.102.1',
  MPEG4HP41BD: '1.2.840.10008.1.2.4.103',
  MPEG4HP41BDF: '1.2.840.10008.1.2.4.103.1',
  MPEG4HP422D: '1.2.840.10008.1.2.4.104',
  MPEG4HP422DF: '1.2.840.10008.1.2.4.104.1',
  MPEG4HP423D: '1.2.840.10008.1.2.4.105',
  MPEG4HP423DF: '1.2.840.10008.1.2.4.105.1',
  MPEG4HP42STEREO: '1.2.840.10008.1.2.4.106',
  MPEG4HP42STEREOF: '1.2.840.10008.1.2.4.106.1',
  HEVCMP51: '1.2.840.10008.1.2.4.107',
  HEVCM10P51: '1.2.840.10008.1.2.4.108',
  JPEGXLLossless: '1.2.840.10008.1.2.4.110',
  JPEGXLJPEGRecompression: '1.2.840.10008.1.2.4.111',
  JPEGXL: '1.2.840.10008.1.2.4.112',
  HTJ2KLossless: '1.2.840.10008.1.2.4.201',
  HTJ2KLosslessRPCL: '1.2.840.10008.1.2.4.202',
  HTJ2K: '1.2.840.10008.1.2.4.203',
  JPIPHTJ2KReferenced: '1.2.840.10008.1.2.4.204',
  JPIPHTJ2KReferencedDeflate: '1.2.840.10008.1.2.4.205',
  RLELossless: '1.2.840.10008.1.2.5',
  SMPTEST211020UncompressedProgressiveActiveVideo: '1.2.840.10008.1.2.7.1',
  SMPTEST211020UncompressedInterlacedActiveVideo: '1.2.840.10008.1.2.7.2',
  SMPTEST211030PCMDigitalAudio: '1.2.840.10008.1.2.7.3',
  DeflatedImageFrameCompression: '1.2.840.10008.1.2.8.1',
  Papyrus3ImplicitVRLittleEndian: '1.2.840.10008.1.20',
} as const;

type Row = readonly [
  keyword: keyof typeof TransferSyntaxUID,
  family: TransferSyntaxFamily,
  traits: string,
  name: string,
];

/**
 * PS3.6 Table A-1, rows of type Transfer Syntax.
 * Traits: i implicit VR, b big endian, d deflated data set, e encapsulated, l lossless.
 */
const rows: readonly Row[] = [
  ['ImplicitVRLittleEndian', 'native', 'il', 'Implicit VR Little Endian'],
  ['ExplicitVRLittleEndian', 'native', 'l', 'Explicit VR Little Endian'],
  [
    'EncapsulatedUncompressedExplicitVRLittleEndian',
    'other',
    'el',
    'Encapsulated Uncompressed Explicit VR Little Endian',
  ],
  ['DeflatedExplicitVRLittleEndian', 'native', 'dl', 'Deflated Explicit VR Little Endian'],
  ['ExplicitVRBigEndian', 'native', 'bl', 'Explicit VR Big Endian (Retired)'],
  ['JPEGBaseline8Bit', 'jpeg', 'e', 'JPEG Baseline (Process 1)'],
  ['JPEGExtended12Bit', 'jpeg', 'e', 'JPEG Extended (Process 2 & 4)'],
  ['JPEGExtended35', 'jpeg', 'e', 'JPEG Extended (Process 3 & 5) (Retired)'],
  [
    'JPEGSpectralSelectionNonHierarchical68',
    'jpeg',
    'e',
    'JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8) (Retired)',
  ],
  [
    'JPEGSpectralSelectionNonHierarchical79',
    'jpeg',
    'e',
    'JPEG Spectral Selection, Non-Hierarchical (Process 7 & 9) (Retired)',
  ],
  [
    'JPEGFullProgressionNonHierarchical1012',
    'jpeg',
    'e',
    'JPEG Full Progression, Non-Hierarchical (Process 10 & 12) (Retired)',
  ],
  [
    'JPEGFullProgressionNonHierarchical1113',
    'jpeg',
    'e',
    'JPEG Full Progression, Non-Hierarchical (Process 11 & 13) (Retired)',
  ],
  ['JPEGLossless', 'jpeg-lossless', 'el', 'JPEG Lossless, Non-Hierarchical (Process 14)'],
  ['JPEGLosslessNonHierarchical15', 'jpeg-lossless', 'el', 'JPEG Lossless, Non-Hierarchical (Process 15) (Retired)'],
  ['JPEGExtendedHierarchical1618', 'jpeg', 'e', 'JPEG Extended, Hierarchical (Process 16 & 18) (Retired)'],
  ['JPEGExtendedHierarchical1719', 'jpeg', 'e', 'JPEG Extended, Hierarchical (Process 17 & 19) (Retired)'],
  [
    'JPEGSpectralSelectionHierarchical2022',
    'jpeg',
    'e',
    'JPEG Spectral Selection, Hierarchical (Process 20 & 22) (Retired)',
  ],
  [
    'JPEGSpectralSelectionHierarchical2123',
    'jpeg',
    'e',
    'JPEG Spectral Selection, Hierarchical (Process 21 & 23) (Retired)',
  ],
  [
    'JPEGFullProgressionHierarchical2426',
    'jpeg',
    'e',
    'JPEG Full Progression, Hierarchical (Process 24 & 26) (Retired)',
  ],
  [
    'JPEGFullProgressionHierarchical2527',
    'jpeg',
    'e',
    'JPEG Full Progression, Hierarchical (Process 25 & 27) (Retired)',
  ],
  ['JPEGLosslessHierarchical28', 'jpeg-lossless', 'el', 'JPEG Lossless, Hierarchical (Process 28) (Retired)'],
  ['JPEGLosslessHierarchical29', 'jpeg-lossless', 'el', 'JPEG Lossless, Hierarchical (Process 29) (Retired)'],
  [
    'JPEGLosslessSV1',
    'jpeg-lossless',
    'el',
    'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14 [Selection Value 1])',
  ],
  ['JPEGLSLossless', 'jpeg-ls', 'el', 'JPEG-LS Lossless Image Compression'],
  ['JPEGLSNearLossless', 'jpeg-ls', 'e', 'JPEG-LS Lossy (Near-Lossless) Image Compression'],
  ['JPEG2000Lossless', 'jpeg-2000', 'el', 'JPEG 2000 Image Compression (Lossless Only)'],
  ['JPEG2000', 'jpeg-2000', 'e', 'JPEG 2000 Image Compression'],
  ['JPEG2000MCLossless', 'jpeg-2000', 'el', 'JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)'],
  ['JPEG2000MC', 'jpeg-2000', 'e', 'JPEG 2000 Part 2 Multi-component Image Compression'],
  ['JPIPReferenced', 'other', '', 'JPIP Referenced'],
  ['JPIPReferencedDeflate', 'other', 'd', 'JPIP Referenced Deflate'],
  ['MPEG2MPML', 'mpeg', 'e', 'MPEG2 Main Profile / Main Level'],
  ['MPEG2MPMLF', 'mpeg', 'e', 'Fragmentable MPEG2 Main Profile / Main Level'],
  ['MPEG2MPHL', 'mpeg', 'e', 'MPEG2 Main Profile / High Level'],
  ['MPEG2MPHLF', 'mpeg', 'e', 'Fragmentable MPEG2 Main Profile / High Level'],
  ['MPEG4HP41', 'mpeg', 'e', 'MPEG-4 AVC/H.264 High Profile / Level 4.1'],
  ['MPEG4HP41F', 'mpeg', 'e', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1'],
  ['MPEG4HP41BD', 'mpeg', 'e', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1'],
  ['MPEG4HP41BDF', 'mpeg', 'e', 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1'],
  ['MPEG4HP422D', 'mpeg', 'e', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video'],
  ['MPEG4HP422DF', 'mpeg', 'e', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video'],
  ['MPEG4HP423D', 'mpeg', 'e', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video'],
  ['MPEG4HP423DF', 'mpeg', 'e', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video'],
  ['MPEG4HP42STEREO', 'mpeg', 'e', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2'],
  ['MPEG4HP42STEREOF', 'mpeg', 'e', 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2'],
  ['HEVCMP51', 'mpeg', 'e', 'HEVC/H.265 Main Profile / Level 5.1'],
  ['HEVCM10P51', 'mpeg', 'e', 'HEVC/H.265 Main 10 Profile / Level 5.1'],
  ['JPEGXLLossless', 'jpeg-xl', 'el', 'JPEG XL Lossless'],
  ['JPEGXLJPEGRecompression', 'jpeg-xl', 'e', 'JPEG XL JPEG Recompression'],
  ['JPEGXL', 'jpeg-xl', 'e', 'JPEG XL'],
  ['HTJ2KLossless', 'htj2k', 'el', 'High-Throughput JPEG 2000 Image Compression (Lossless Only)'],
  ['HTJ2KLosslessRPCL', 'htj2k', 'el', 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)'],
  ['HTJ2K', 'htj2k', 'e', 'High-Throughput JPEG 2000 Image Compression'],
  ['JPIPHTJ2KReferenced', 'other', '', 'JPIP HTJ2K Referenced'],
  ['JPIPHTJ2KReferencedDeflate', 'other', 'd', 'JPIP HTJ2K Referenced Deflate'],
  ['RLELossless', 'rle', 'el', 'RLE Lossless'],
  [
    'SMPTEST211020UncompressedProgressiveActiveVideo',
    'other',
    '',
    'SMPTE ST 2110-20 Uncompressed Progressive Active Video',
  ],
  [
    'SMPTEST211020UncompressedInterlacedActiveVideo',
    'other',
    '',
    'SMPTE ST 2110-20 Uncompressed Interlaced Active Video',
  ],
  ['SMPTEST211030PCMDigitalAudio', 'other', '', 'SMPTE ST 2110-30 PCM Digital Audio'],
  ['DeflatedImageFrameCompression', 'deflated-frame', 'el', 'Deflated Image Frame Compression'],
  ['Papyrus3ImplicitVRLittleEndian', 'native', 'il', 'Papyrus 3 Implicit VR Little Endian (Retired)'],
];

/** Every transfer syntax of the registry, in its order. */
export const transferSyntaxes: readonly TransferSyntax[] = rows.map(([keyword, family, traits, name]) => ({
  uid: TransferSyntaxUID[keyword],
  name,
  explicitVR: !traits.includes('i'),
  bigEndian: traits.includes('b'),
  deflated: traits.includes('d'),
  encapsulated: traits.includes('e'),
  lossless: traits.includes('l'),
  family,
}));

const byUID: ReadonlyMap<string, TransferSyntax> = new Map(transferSyntaxes.map((syntax) => [syntax.uid, syntax]));

/** The transfer syntax of a UID, if the registry has it. */
export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return byUID.get(uid);
}

/**
 * What a transfer syntax outside of the registry has to be read as: all but the oldest are Explicit VR Little Endian with
 * pixel data of their own kind (PS3.5 10).
 */
export function unregisteredTransferSyntax(uid: string): TransferSyntax {
  return {
    uid,
    name: `Unregistered (${uid})`,
    explicitVR: true,
    bigEndian: false,
    deflated: false,
    encapsulated: true,
    lossless: false,
    family: 'other',
  };
}
