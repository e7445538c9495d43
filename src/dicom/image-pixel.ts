import type { DataSet } from './data-set.ts';

/** The attributes of the Image Pixel Module that say how pixel data is laid out (PS3.3 C.7.6.3). */
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
export function imagePixelOf(_dataSet: DataSet): ImagePixel | undefined {
  throw new Error('soon');
}
