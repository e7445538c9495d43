import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { type DisplayColor, fromCIELab } from '../cielab.ts';

/** A colour, that of the layer if undefined, and how much of what is below it hides: 0 to 1. */
export interface Paint {
  readonly color: DisplayColor | undefined;
  readonly opacity: number;
}

/** What lies under a line or a text (PS3.3 C.10.5.1.3.13.2). */
export interface Shadow {
  /** NORMAL: moved by the offset. OUTLINED: around it, as wide as the offset is long. */
  readonly style: 'NORMAL' | 'OUTLINED';
  /** Right and down, in the units of what has the shadow. */
  readonly offset: readonly [x: number, y: number];
  readonly paint: Paint;
}

/** An item of Line Style Sequence (PS3.3 Table C.10-5b). */
export interface LineStyle {
  readonly on: Paint;
  /** Between the dashes. */
  readonly off: Paint | undefined;
  /** In lines of the usual width. */
  readonly thickness: number;
  /** Lengths of dashes and gaps by turns, in lines of the usual width; empty for a solid line. */
  readonly dashes: readonly number[];
  readonly shadow: Shadow | undefined;
}

/** An item of Fill Style Sequence (PS3.3 Table C.10-5c). */
export interface FillStyle {
  readonly on: Paint;
  readonly off: Paint | undefined;
  /** 32 rows of 32 bits, the most significant left; undefined where all of it is on. */
  readonly pattern: Uint8Array | undefined;
}

/** An item of Text Style Sequence (PS3.3 Table C.10-5a). */
export interface TextStyle {
  readonly color: DisplayColor | undefined;
  /** CSS Font Name, before the fonts that are there. */
  readonly fontFamily: string | undefined;
  readonly horizontalAlignment: 'LEFT' | 'CENTER' | 'RIGHT' | undefined;
  readonly verticalAlignment: 'TOP' | 'CENTER' | 'BOTTOM';
  readonly isUnderlined: boolean;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly shadow: Shadow | 'OFF' | undefined;
}

const layerPaint: Paint = { color: undefined, opacity: 1 };

export const plainLine: LineStyle = {
  on: layerPaint,
  off: undefined,
  thickness: 1,
  dashes: [],
  shadow: undefined,
};

export const plainText: TextStyle = {
  color: undefined,
  fontFamily: undefined,
  horizontalAlignment: undefined,
  verticalAlignment: 'TOP',
  isUnderlined: false,
  isBold: false,
  isItalic: false,
  shadow: undefined,
};

/** The line style of a graphic object; the plain one where it has none. */
export function lineStyleOf(object: DataSet): LineStyle {
  const style = object.sequence(Tag.LineStyleSequence)[0];
  if (style === undefined) return plainLine;
  const thickness = style.number(Tag.LineThickness);
  const shadow = shadowOf(style);
  return {
    on: paintOf(style, Tag.PatternOnColorCIELabValue, Tag.PatternOnOpacity),
    off: backgroundOf(style),
    thickness: thickness !== undefined && Number.isFinite(thickness) && thickness > 0 ? thickness : 1,
    dashes: style.text(Tag.LineDashingStyle) === 'DASHED' ? dashesOf(style.number(Tag.LinePattern)) : [],
    shadow: shadow === 'OFF' ? undefined : shadow,
  };
}

const usualDashes = [4, 4];

/** The runs of a pattern of 32 bits, each as long as the usual line is wide, from the first bit that begins a dash. */
function dashesOf(pattern: number | undefined): readonly number[] {
  if (pattern === undefined || pattern === 0 || !Number.isFinite(pattern)) return usualDashes;
  const isOn = (bit: number): boolean => ((pattern >>> (31 - (bit % 32))) & 1) === 1;
  const start = Array.from({ length: 32 }, (_, bit) => bit).find((bit) => isOn(bit) && !isOn(bit + 31));
  if (start === undefined) return [];
  const runs: number[] = [];
  for (let i = 0; i < 32; i++) {
    if (i > 0 && isOn(start + i) === isOn(start + i - 1)) runs[runs.length - 1]! += 1;
    else runs.push(1);
  }
  return runs;
}

const fillPatternLength = 128;

/** The fill style of a graphic object; undefined where it has none. */
export function fillStyleOf(object: DataSet): FillStyle | undefined {
  const style = object.sequence(Tag.FillStyleSequence)[0];
  if (style === undefined) return undefined;
  const pattern = style.text(Tag.FillMode)?.startsWith('STIPP') ? style.bytes(Tag.FillPattern) : undefined;
  return {
    on: paintOf(style, Tag.PatternOnColorCIELabValue, Tag.PatternOnOpacity),
    off: backgroundOf(style),
    pattern: pattern?.length === fillPatternLength ? pattern : undefined,
  };
}

/** The text style of a text object; the plain one where it has none. */
export function textStyleOf(object: DataSet): TextStyle {
  const style = object.sequence(Tag.TextStyleSequence)[0];
  if (style === undefined) return plainText;
  const isSaid = (tag: number): boolean => style.text(tag) === 'Y';
  return {
    color: fromCIELab(style.numbers(Tag.TextColorCIELabValue)),
    fontFamily: fontFamilyOf(style.text(Tag.CSSFontName)),
    horizontalAlignment: oneOf(style.text(Tag.HorizontalAlignment), ['LEFT', 'CENTER', 'RIGHT']),
    verticalAlignment: oneOf(style.text(Tag.VerticalAlignment), ['TOP', 'CENTER', 'BOTTOM']) ?? 'TOP',
    isUnderlined: isSaid(Tag.Underlined),
    isBold: isSaid(Tag.Bold),
    isItalic: isSaid(Tag.Italic),
    shadow: shadowOf(style),
  };
}

function oneOf<T extends string>(value: string | undefined, values: readonly T[]): T | undefined {
  return values.find((one) => one === value);
}

/** Names of fonts, without what could be more than a name. */
function fontFamilyOf(name: string | undefined): string | undefined {
  const plain = name?.replaceAll(/[^\p{L}\p{N} ,_-]/gu, '').trim();
  return plain === undefined || plain === '' ? undefined : plain;
}

function shadowOf(style: DataSet): Shadow | 'OFF' | undefined {
  const shadow = oneOf(style.text(Tag.ShadowStyle), ['NORMAL', 'OUTLINED', 'OFF']);
  if (shadow === undefined || shadow === 'OFF') return shadow;
  const [x, y] = [style.number(Tag.ShadowOffsetX) ?? 0, style.number(Tag.ShadowOffsetY) ?? 0];
  if (!Number.isFinite(x) || !Number.isFinite(y)) return undefined;
  return {
    style: shadow,
    offset: [x, y],
    paint: paintOf(style, Tag.ShadowColorCIELabValue, Tag.ShadowOpacity),
  };
}

function paintOf(style: DataSet, color: number, opacity: number): Paint {
  const share = style.number(opacity);
  return {
    color: fromCIELab(style.numbers(color)),
    opacity: share === undefined || !Number.isFinite(share) ? 1 : Math.max(0, Math.min(1, share)),
  };
}

/** What is painted where a pattern is off, if that is a colour at all. */
function backgroundOf(style: DataSet): Paint | undefined {
  const paint = paintOf(style, Tag.PatternOffColorCIELabValue, Tag.PatternOffOpacity);
  return paint.color === undefined || paint.opacity === 0 ? undefined : paint;
}

/** Every colour that a line, a filling or a text is to have of its own. */
export function colorsOf(
  ...styles: readonly (LineStyle | FillStyle | TextStyle | undefined)[]
): readonly DisplayColor[] {
  return styles.flatMap((style) => {
    if (style === undefined) return [];
    const shadow = 'shadow' in style && typeof style.shadow === 'object' ? style.shadow.paint.color : undefined;
    const colors = 'on' in style ? [style.on.color, style.off?.color, shadow] : [style.color, shadow];
    return colors.filter((color) => color !== undefined);
  });
}
