import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { originServerError } from '../../errors/origin-server-error.ts';
import { type DisplayColor, fromCIELab } from '../cielab.ts';
import { type ImageReference, imageReferencesOf } from './image-references.ts';

/** Column and row, in the units of what holds it. */
export type Point = readonly [x: number, y: number];

/** PIXEL: pixels of the image, 0\0 its top left corner. DISPLAY: fractions of the Specified Displayed Area. */
export type AnnotationUnits = 'PIXEL' | 'DISPLAY';

export type GraphicType = 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';

/** An item of Graphic Object Sequence (PS3.3 C.10.5.1.2). */
export interface GraphicObject {
  readonly type: GraphicType;
  readonly units: AnnotationUnits;
  readonly points: readonly Point[];
  readonly isFilled: boolean;
  /** Of its own; else that of the layer. */
  readonly color: DisplayColor | undefined;
  readonly lineThickness: number;
  readonly isDashed: boolean;
}

/** An item of Text Object Sequence (PS3.3 C.10.5.1.1). */
export interface TextObject {
  readonly lines: readonly string[];
  readonly box:
    | {
        readonly units: AnnotationUnits;
        readonly corners: readonly [Point, Point];
        readonly justification: Justification;
      }
    | undefined;
  readonly anchor: { readonly units: AnnotationUnits; readonly point: Point; readonly isVisible: boolean } | undefined;
  readonly color: DisplayColor | undefined;
}

export type Justification = 'LEFT' | 'RIGHT' | 'CENTER';

/** An item of Graphic Annotation Sequence: graphics and texts of one layer for some of the images (PS3.3 C.10.5). */
export interface GraphicAnnotation {
  readonly references: readonly ImageReference[];
  readonly layer: string;
  readonly graphics: readonly GraphicObject[];
  readonly texts: readonly TextObject[];
}

/**
 * The Graphic Annotation items. Compound graphics are passed over: a Presentation State that has them says the same again
 * in the simpler objects read here (PS3.3 C.10.5.1.3).
 *
 * @throws OriginServerError `not-renderable` for more than can be drawn in good time
 */
export function graphicAnnotationsOf(dataSet: DataSet): readonly GraphicAnnotation[] {
  const annotations = dataSet.sequence(Tag.GraphicAnnotationSequence).map((item) => ({
    references: imageReferencesOf(item),
    layer: item.text(Tag.GraphicLayer) ?? '',
    graphics: item.sequence(Tag.GraphicObjectSequence).flatMap((object) => graphicObjectOf(object) ?? []),
    texts: item.sequence(Tag.TextObjectSequence).flatMap((object) => textObjectOf(object) ?? []),
  }));
  checkAmount(annotations);
  return annotations;
}

/** What a worker thread can draw within seconds, however it is made. */
const most = { objects: 10_000, points: 50_000, characters: 20_000 } as const;

function checkAmount(annotations: readonly GraphicAnnotation[]): void {
  const amount = { objects: 0, points: 0, characters: 0 };
  for (const { graphics, texts } of annotations) {
    amount.objects += graphics.length + texts.length;
    for (const { points } of graphics) amount.points += points.length;
    for (const { lines } of texts) for (const line of lines) amount.characters += line.length;
  }
  for (const what of ['objects', 'points', 'characters'] as const) {
    if (amount[what] <= most[what]) continue;
    throw originServerError(
      'not-renderable',
      `The annotations of the Presentation State have ${amount[what]} ${what}; at most ${most[what]} are drawn.`,
    );
  }
}

/** Fewest points that each type is drawn from. */
const fewestPoints: Readonly<Record<GraphicType, number>> = {
  POINT: 1,
  POLYLINE: 2,
  INTERPOLATED: 2,
  CIRCLE: 2,
  ELLIPSE: 4,
};

function graphicObjectOf(item: DataSet): GraphicObject | undefined {
  const type = item.text(Tag.GraphicType);
  if (type === undefined || !isGraphicType(type)) return undefined;
  const points = pointsOf(item.numbers(Tag.GraphicData));
  if (points.length < fewestPoints[type]) return undefined;
  const style = item.sequence(Tag.LineStyleSequence)[0];
  return {
    type,
    units: unitsOf(item, Tag.GraphicAnnotationUnits),
    points,
    isFilled: item.text(Tag.GraphicFilled) === 'Y',
    color: style && fromCIELab(style.numbers(Tag.PatternOnColorCIELabValue)),
    lineThickness: positive(style?.number(Tag.LineThickness)) ?? 1,
    isDashed: style?.text(Tag.LineDashingStyle) === 'DASHED',
  };
}

function isGraphicType(type: string): type is GraphicType {
  return Object.hasOwn(fewestPoints, type);
}

function textObjectOf(item: DataSet): TextObject | undefined {
  const text = item.text(Tag.UnformattedTextValue);
  if (text === undefined) return undefined;
  const [topLeft] = pointsOf(item.numbers(Tag.BoundingBoxTopLeftHandCorner));
  const [bottomRight] = pointsOf(item.numbers(Tag.BoundingBoxBottomRightHandCorner));
  const [anchorPoint] = pointsOf(item.numbers(Tag.AnchorPoint));
  if ((topLeft === undefined || bottomRight === undefined) && anchorPoint === undefined) return undefined;
  const style = item.sequence(Tag.TextStyleSequence)[0];
  return {
    lines: text.slice(0, longestText).split(/\r\n|\r|\n/),
    box:
      topLeft === undefined || bottomRight === undefined
        ? undefined
        : {
            units: unitsOf(item, Tag.BoundingBoxAnnotationUnits),
            corners: [topLeft, bottomRight],
            justification: justificationOf(item.text(Tag.BoundingBoxTextHorizontalJustification)),
          },
    anchor:
      anchorPoint === undefined
        ? undefined
        : {
            units: unitsOf(item, Tag.AnchorPointAnnotationUnits),
            point: anchorPoint,
            isVisible: item.text(Tag.AnchorPointVisibility) === 'Y',
          },
    color: style && fromCIELab(style.numbers(Tag.TextColorCIELabValue)),
  };
}

/** Short Text has up to 1024 characters (PS3.5 6.2). */
const longestText = 1024;

function justificationOf(value: string | undefined): Justification {
  return value === 'RIGHT' || value === 'CENTER' ? value : 'LEFT';
}

function unitsOf(item: DataSet, tag: number): AnnotationUnits {
  return item.text(tag) === 'DISPLAY' ? 'DISPLAY' : 'PIXEL';
}

function pointsOf(values: readonly number[]): readonly Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const [x, y] = [values[i]!, values[i + 1]!];
    if (Number.isFinite(x) && Number.isFinite(y)) points.push([x, y]);
  }
  return points;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}
