import type { DataSet } from '../../dicom/data-set.ts';
import type { RenderedImage } from '../rendered-image.ts';
import { inColor } from '../vector-layer.ts';
import { type Region, showArea } from './displayed-area.ts';
import { framePositionOf } from './frame-position.ts';

/** A rendered frame of a blending, and where its pixels are. */
export interface BlendingImage {
  readonly image: RenderedImage;
  readonly dataSet: DataSet;
  readonly frameNumber: number;
}

/**
 * Lays the superimposed image over the underlying one by Relative Opacity (PS3.4 N.2.4, PS3.3 C.11.14.1.2), on the pixels
 * of the underlying image. Where the superimposed image has no pixel the underlying one stays as it is.
 */
export function blend(underlying: BlendingImage, superimposed: BlendingImage, opacity: number): RenderedImage {
  const below = inColor(underlying.image);
  const { width, height } = below;
  const geometry = {
    region: regionOver(underlying, superimposed),
    transformation: { rotation: 0, isFlippedHorizontally: false },
    renderedWidth: width,
    renderedHeight: height,
    areaWidth: width,
    areaHeight: height,
  } as const;
  const above = showArea(inColor(superimposed.image), geometry);
  const { image } = superimposed;
  const everywhere = new Uint8Array(image.width * image.height).fill(255);
  const covered = showArea({ width: image.width, height: image.height, channels: 1, pixels: everywhere }, geometry);
  const pixels = below.pixels.map((under, i) => {
    const share = (opacity * covered.pixels[(i / 3) | 0]!) / 255;
    return Math.round(under * (1 - share) + above.pixels[i]! * share);
  });
  return { width, height, channels: 3, pixels };
}

/**
 * What the underlying image covers, in pixels of the superimposed one: by their positions where both lie in one direction,
 * else corner to corner.
 */
function regionOver(underlying: BlendingImage, superimposed: BlendingImage): Region {
  const { image } = superimposed;
  const cornerToCorner = { left: 0, top: 0, width: image.width, height: image.height };
  const [u, s] = [underlying, superimposed].map(({ dataSet, frameNumber }) => framePositionOf(dataSet, frameNumber));
  const orientation = s?.ImageOrientationPatient;
  const isParallel = u?.ImageOrientationPatient?.every(
    (cosine, i) => Math.abs(cosine - (orientation?.[i] ?? 9)) < 1e-3,
  );
  const [origin, reference] = [u?.ImagePositionPatient, s?.ImagePositionPatient];
  const [spacing, ownSpacing] = [u?.PixelSpacing, s?.PixelSpacing];
  if (!isParallel || !orientation || !origin || !reference || !spacing || !ownSpacing) return cornerToCorner;
  const along = (first: number): number =>
    [0, 1, 2].reduce((sum, i) => sum + (origin[i]! - reference[i]!) * orientation[first + i]!, 0);
  const [rowSpacing, columnSpacing] = [spacing[0]!, spacing[1]!];
  const [ownRowSpacing, ownColumnSpacing] = [ownSpacing[0]!, ownSpacing[1]!];
  if (!(rowSpacing > 0 && columnSpacing > 0 && ownRowSpacing > 0 && ownColumnSpacing > 0)) return cornerToCorner;
  // Positions are those of the middle of the first pixel.
  return {
    left: (along(0) - columnSpacing / 2) / ownColumnSpacing + 0.5,
    top: (along(3) - rowSpacing / 2) / ownRowSpacing + 0.5,
    width: (underlying.image.width * columnSpacing) / ownColumnSpacing,
    height: (underlying.image.height * rowSpacing) / ownRowSpacing,
  };
}
