import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { type DisplayColor, fromCIELab, fromPValue, white } from '../cielab.ts';

/** A layer that graphics, text and overlays are shown in (PS3.3 C.10.7). */
export interface GraphicLayer {
  readonly name: string;
  /** Layers of a higher order lie above. */
  readonly order: number;
  readonly color: DisplayColor;
}

/** The layers of a Presentation State from the lowest to the highest. */
export function graphicLayersOf(dataSet: DataSet): readonly GraphicLayer[] {
  return dataSet
    .sequence(Tag.GraphicLayerSequence)
    .map((item) => ({
      name: item.text(Tag.GraphicLayer) ?? '',
      order: item.number(Tag.GraphicLayerOrder) ?? 0,
      color: colorOf(item),
    }))
    .sort((a, b) => a.order - b.order);
}

/** The recommended colour; sRGB of the retired RGB value; white where none is recommended. */
function colorOf(item: DataSet): DisplayColor {
  const color = fromCIELab(item.numbers(Tag.GraphicLayerRecommendedDisplayCIELabValue));
  if (color !== undefined) return color;
  const [red, green, blue] = item.numbers(Tag.GraphicLayerRecommendedDisplayRGBValue);
  if (red !== undefined && green !== undefined && blue !== undefined) return [red >> 8, green >> 8, blue >> 8];
  const value = item.number(Tag.GraphicLayerRecommendedDisplayGrayscaleValue);
  return value === undefined ? white : fromPValue(value);
}
