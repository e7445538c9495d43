import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { functionalGroup } from '../functional-group.ts';

/**
 * Where the first pixel of a frame lies in the Total Pixel Matrix that the image is tiled from, in pixels right and down
 * from its first (PS3.3 C.8.12.14.1, C.7.6.17.3); 0, 0 where an image is not tiled.
 *
 * @param frameNumber from 1
 */
export function tileOriginOf(dataSet: DataSet, frameNumber: number): readonly [left: number, top: number] {
  const position = functionalGroup(dataSet, frameNumber, Tag.PlanePositionSlideSequence);
  const column = position?.number(Tag.ColumnPositionInTotalImagePixelMatrix);
  const row = position?.number(Tag.RowPositionInTotalImagePixelMatrix);
  if (column !== undefined && row !== undefined) return [column - 1, row - 1];
  const [tileWidth, tileHeight] = [dataSet.number(Tag.Columns), dataSet.number(Tag.Rows)];
  const [width, height] = [dataSet.number(Tag.TotalPixelMatrixColumns), dataSet.number(Tag.TotalPixelMatrixRows)];
  if (!tileWidth || !tileHeight || !width || !height) return [0, 0];
  // TILED_FULL: tiles row by row; focal planes and optical paths follow each other as whole matrices.
  const across = Math.ceil(width / tileWidth);
  const tile = (frameNumber - 1) % (across * Math.ceil(height / tileHeight));
  return [(tile % across) * tileWidth, Math.floor(tile / across) * tileHeight];
}
