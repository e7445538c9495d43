import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from './data-set.ts';

/** The attributes that say how pixel data is laid out (Image Pixel Module, PS3.3 C.7.6.3). */
export interface ImagePixel {
  readonly Rows: number;
  readonly Columns: number;
  readonly SamplesPerPixel: number;
  readonly PhotometricInterpretation: string;
  readonly BitsAllocated: number;
  readonly BitsStored: number;
  readonly HighBit: number;
  readonly PixelRepresentation: 0 | 1;
  readonly PlanarConfiguration: 0 | 1;
  readonly NumberOfFrames: number;
  readonly pixelData: 'PixelData' | 'FloatPixelData' | 'DoubleFloatPixelData';
}

/**
 * The Image Pixel Module of a data set, or of a data set that was read up to its pixel data.
 *
 * @returns undefined if Rows, Columns or Bits Allocated is missing, which no default could stand for
 */
export function imagePixelOf(dataSet: DataSet): ImagePixel | undefined {
  const Rows = dataSet.number(Tag.Rows);
  const Columns = dataSet.number(Tag.Columns);
  const BitsAllocated = dataSet.number(Tag.BitsAllocated);
  if (!Rows || !Columns || !BitsAllocated) return undefined;
  const SamplesPerPixel = dataSet.number(Tag.SamplesPerPixel) || 1;
  const BitsStored = dataSet.number(Tag.BitsStored) || BitsAllocated;
  return {
    Rows,
    Columns,
    SamplesPerPixel,
    PhotometricInterpretation:
      dataSet.text(Tag.PhotometricInterpretation) ?? (SamplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2'),
    BitsAllocated,
    BitsStored,
    HighBit: dataSet.number(Tag.HighBit) ?? BitsStored - 1,
    PixelRepresentation: dataSet.number(Tag.PixelRepresentation) === 1 ? 1 : 0,
    PlanarConfiguration: dataSet.number(Tag.PlanarConfiguration) === 1 ? 1 : 0,
    NumberOfFrames: numberOfFrames(dataSet),
    pixelData: pixelDataKind(dataSet, BitsAllocated),
  };
}

/** Number of Frames, read as far as it is a number: what no number starts counts as one frame. */
function numberOfFrames(dataSet: DataSet): number {
  const count = Number.parseInt(dataSet.text(Tag.NumberOfFrames) ?? '', 10);
  return count > 0 && Number.isSafeInteger(count) ? count : 1;
}

/** Floating point pixels have no Bits Stored (PS3.3 C.7.6.24, C.7.6.25), which tells them where the pixel data was not read. */
function pixelDataKind(dataSet: DataSet, BitsAllocated: number): ImagePixel['pixelData'] {
  if (dataSet.has(Tag.PixelData)) return 'PixelData';
  if (dataSet.has(Tag.FloatPixelData)) return 'FloatPixelData';
  if (dataSet.has(Tag.DoubleFloatPixelData)) return 'DoubleFloatPixelData';
  if (dataSet.has(Tag.BitsStored) || dataSet.has(Tag.PixelRepresentation)) return 'PixelData';
  if (BitsAllocated === 32) return 'FloatPixelData';
  return BitsAllocated === 64 ? 'DoubleFloatPixelData' : 'PixelData';
}

/** Photometric interpretations that keep one pair of chrominance samples for two pixels (PS3.3 C.7.6.3.1.2). */
const halfChrominance: ReadonlySet<string> = new Set(['YBR_FULL_422', 'YBR_PARTIAL_422']);

/** Bits of one native frame: frames follow each other without a gap, even within an octet (PS3.5 8.1.1). */
export function nativeBitsPerFrame(image: ImagePixel): number {
  const samples = image.Rows * image.Columns;
  if (image.SamplesPerPixel === 3 && halfChrominance.has(image.PhotometricInterpretation))
    return samples * 2 * image.BitsAllocated;
  if (image.SamplesPerPixel === 3 && image.PhotometricInterpretation === 'YBR_PARTIAL_420')
    return samples * 1.5 * image.BitsAllocated;
  return samples * image.SamplesPerPixel * image.BitsAllocated;
}
