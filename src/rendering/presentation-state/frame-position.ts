import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { functionalGroup } from '../functional-group.ts';

/** Where a frame is, among others and in space; what is not said is undefined. */
export interface FramePosition {
  readonly DimensionIndexValues: readonly number[] | undefined;
  readonly ImagePositionPatient: readonly number[] | undefined;
  readonly ImagePositionVolume: readonly number[] | undefined;
  readonly ImageOrientationPatient: readonly number[] | undefined;
  /** Distance between rows and between columns. */
  readonly PixelSpacing: readonly number[] | undefined;
}

/** The position of a frame by its functional groups, else by the attributes of the image (PS3.3 C.7.6.2, C.7.6.16.2). */
export function framePositionOf(dataSet: DataSet, frameNumber: number): FramePosition {
  const values = (macroSequence: number, tag: number, count?: number): readonly number[] | undefined => {
    const group = functionalGroup(dataSet, frameNumber, macroSequence);
    const numbers = (group?.has(tag) ? group : dataSet).numbers(tag);
    const isWhole = numbers.length > 0 && (count === undefined || numbers.length === count);
    return isWhole && numbers.every(Number.isFinite) ? numbers : undefined;
  };
  return {
    DimensionIndexValues: values(Tag.FrameContentSequence, Tag.DimensionIndexValues),
    ImagePositionPatient: values(Tag.PlanePositionSequence, Tag.ImagePositionPatient, 3),
    ImagePositionVolume: values(Tag.PlanePositionVolumeSequence, Tag.ImagePositionVolume, 3),
    ImageOrientationPatient: values(Tag.PlaneOrientationSequence, Tag.ImageOrientationPatient, 6),
    PixelSpacing: values(Tag.PixelMeasuresSequence, Tag.PixelSpacing, 2),
  };
}

/** The direction in which planes of an orientation are stacked: the cross product of its two. */
export function normalOf(ImageOrientationPatient: readonly number[]): readonly [number, number, number] {
  const [rx, ry, rz, cx, cy, cz] = ImageOrientationPatient as [number, number, number, number, number, number];
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}
