import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import type { RenderedImage } from '../rendered-image.ts';

/** How an image is turned: first clockwise, then left and right exchanged (PS3.3 C.10.6). */
export interface SpatialTransformation {
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isFlippedHorizontally: boolean;
}

/** Image Rotation and Image Horizontal Flip; multiples of 90 beyond a full turn and below none are understood. */
export function spatialTransformationOf(dataSet: DataSet): SpatialTransformation {
  const degrees = dataSet.number(Tag.ImageRotation) ?? 0;
  const rotation = ((((Math.round(degrees / 90) * 90) % 360) + 360) % 360) as SpatialTransformation['rotation'];
  return { rotation, isFlippedHorizontally: dataSet.text(Tag.ImageHorizontalFlip) === 'Y' };
}

/** Whether width and height change places. */
export function exchangesSides({ rotation }: SpatialTransformation): boolean {
  return rotation === 90 || rotation === 270;
}

/** Where a point comes to lie; both in fractions of width and height from the top left corner. */
export function transformPoint(
  { rotation, isFlippedHorizontally }: SpatialTransformation,
  [u, v]: readonly [number, number],
): readonly [number, number] {
  const [x, y] = rotated[rotation](u, v);
  return [isFlippedHorizontally ? 1 - x : x, y];
}

const rotated: Readonly<
  Record<SpatialTransformation['rotation'], (u: number, v: number) => readonly [number, number]>
> = {
  0: (u, v) => [u, v],
  90: (u, v) => [1 - v, u],
  180: (u, v) => [1 - u, 1 - v],
  270: (u, v) => [v, 1 - u],
};

/** Where a point of the result comes from; the inverse of {@link transformPoint}. */
export function originOfPoint(
  { rotation, isFlippedHorizontally }: SpatialTransformation,
  [u, v]: readonly [number, number],
): readonly [number, number] {
  const back = {
    rotation: ((360 - rotation) % 360) as SpatialTransformation['rotation'],
    isFlippedHorizontally: false,
  };
  return transformPoint(back, [isFlippedHorizontally ? 1 - u : u, v]);
}

/** Turns an image. */
export function transformImage(image: RenderedImage, transformation: SpatialTransformation): RenderedImage {
  const { rotation, isFlippedHorizontally } = transformation;
  if (rotation === 0 && !isFlippedHorizontally) return image;
  const { channels } = image;
  const [width, height] = exchangesSides(transformation) ? [image.height, image.width] : [image.width, image.height];
  const pixels = new Uint8Array(image.pixels.length);
  // Index of the source pixel of the top left pixel of the result, and of how it moves by a step right and down.
  const sourceOf = (x: number, y: number): number => {
    const across = isFlippedHorizontally ? width - 1 - x : x;
    switch (rotation) {
      case 0:
        return y * image.width + across;
      case 90:
        return (image.height - 1 - across) * image.width + y;
      case 180:
        return (image.height - 1 - y) * image.width + image.width - 1 - across;
      case 270:
        return across * image.width + image.width - 1 - y;
    }
  };
  const start = sourceOf(0, 0);
  const right = sourceOf(1, 0) - start;
  const down = sourceOf(0, 1) - start;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * down; x < width; x++, from += right) {
      for (let channel = 0; channel < channels; channel++) pixels[to++] = image.pixels[from * channels + channel]!;
    }
  }
  return { width, height, channels, pixels };
}
