import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';

/**
 * The item of a functional group macro that holds for one frame: the frame's own before the shared one.
 *
 * PS3.3 C.7.6.16.1.1, C.7.6.16.1.2: a macro stands in one of the two places, never in both.
 *
 * @param frameNumber from 1
 */
export function functionalGroup(dataSet: DataSet, frameNumber: number, macroSequence: number): DataSet | undefined {
  const perFrame = dataSet.sequence(Tag.PerFrameFunctionalGroupsSequence)[frameNumber - 1];
  return (
    perFrame?.sequence(macroSequence)[0] ??
    dataSet.sequence(Tag.SharedFunctionalGroupsSequence)[0]?.sequence(macroSequence)[0]
  );
}
