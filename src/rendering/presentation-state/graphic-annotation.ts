import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { originServerError } from '../../errors/origin-server-error.ts';
import {
  type FillStyle,
  fillStyleOf,
  type LineStyle,
  lineStyleOf,
  type TextStyle,
  textStyleOf,
} from './graphic-style.ts';
import { type ImageReference, imageReferencesOf } from './image-references.ts';

/** Column and row, in the units of what holds it. */
export type Point = readonly [x: number, y: number];

/**
 * PIXEL: pixels of the frame, 0\0 its top left corner. DISPLAY: fractions of the Specified Displayed Area. MATRIX: pixels of
 * the Total Pixel Matrix that the frame is a tile of.
 */
export type AnnotationUnits = 'PIXEL' | 'DISPLAY' | 'MATRIX';

export type GraphicType = 'POINT' | 'POLYLINE' | 'INTERPOLATED' | 'CIRCLE' | 'ELLIPSE';

/** An item of Graphic Object Sequence (PS3.3 C.10.5.1.2). */
export interface GraphicObject {
  readonly type: GraphicType;
  readonly units: AnnotationUnits;
  readonly points: readonly Point[];
  readonly isFilled: boolean;
  readonly line: LineStyle;
  /** Undefined where it is filled in the colour of its line. */
  readonly fill: FillStyle | undefined;
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
  readonly style: TextStyle;
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
 * in the simpler objects read here (PS3.3 C.10.5.1.3, D-55).
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
  return {
    type,
    units: unitsOf(item, Tag.GraphicAnnotationUnits),
    points,
    isFilled: item.text(Tag.GraphicFilled) === 'Y',
    line: lineStyleOf(item),
    fill: fillStyleOf(item),
  };
}

/**
 * An annotation with what is placed in the Total Pixel Matrix placed in a frame of it.
 *
 * @param origin of the frame, in pixels of the matrix
 */
export function inFrame(annotation: GraphicAnnotation, origin: Point): GraphicAnnotation {
  const move = ([x, y]: Point): Point => [x - origin[0], y - origin[1]];
  const graphics = annotation.graphics.map(
    (object): GraphicObject =>
      object.units === 'MATRIX' ? { ...object, units: 'PIXEL', points: object.points.map(move) } : object,
  );
  const texts = annotation.texts.map((object): TextObject => {
    const { box, anchor } = object;
    return {
      ...object,
      box:
        box?.units === 'MATRIX'
          ? { ...box, units: 'PIXEL', corners: [move(box.corners[0]), move(box.corners[1])] }
          : box,
      anchor: anchor?.units === 'MATRIX' ? { ...anchor, units: 'PIXEL', point: move(anchor.point) } : anchor,
    };
  });
  return { ...annotation, graphics, texts };
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
    style: textStyleOf(item),
  };
}

/** Short Text has up to 1024 characters (PS3.5 6.2). */
const longestText = 1024;

function justificationOf(value: string | undefined): Justification {
  return value === 'RIGHT' || value === 'CENTER' ? value : 'LEFT';
}

function unitsOf(item: DataSet, tag: number): AnnotationUnits {
  const units = item.text(tag);
  return units === 'DISPLAY' || units === 'MATRIX' ? units : 'PIXEL';
}

function pointsOf(values: readonly number[]): readonly Point[] {
  const points: Point[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const [x, y] = [values[i]!, values[i + 1]!];
    if (Number.isFinite(x) && Number.isFinite(y)) points.push([x, y]);
  }
  return points;
}
