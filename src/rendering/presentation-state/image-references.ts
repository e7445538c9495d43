import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';

/** An image, or some frames of it, that an item of a Presentation State is about (PS3.3 10.3). */
export interface ImageReference {
  readonly SOPInstanceUID: string;
  /** Frames, from 1; empty for all of them. */
  readonly frameNumbers: readonly number[];
}

/** Referenced Image Sequence of an item; empty where the item is about every image of the Presentation State. */
export function imageReferencesOf(item: DataSet): readonly ImageReference[] {
  return item.sequence(Tag.ReferencedImageSequence).flatMap((reference) => {
    const SOPInstanceUID = reference.text(Tag.ReferencedSOPInstanceUID);
    const frameNumbers = reference.numbers(Tag.ReferencedFrameNumber).filter((number) => number >= 1);
    return SOPInstanceUID === undefined ? [] : [{ SOPInstanceUID, frameNumbers }];
  });
}

/** Whether an item with these references holds for a frame. */
export function refersTo(references: readonly ImageReference[], SOPInstanceUID: string, frameNumber: number): boolean {
  return (
    references.length === 0 ||
    references.some(
      (reference) =>
        reference.SOPInstanceUID === SOPInstanceUID &&
        (reference.frameNumbers.length === 0 || reference.frameNumbers.includes(frameNumber)),
    )
  );
}
