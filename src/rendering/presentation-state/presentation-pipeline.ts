import { Tag } from '../../../generated/dictionary.ts';
import { decodeFrame } from '../../codecs/decode-frame.ts';
import type { PixelFrame } from '../../codecs/pixel-frame.ts';
import { type DisplayColor, isGray, white } from '../cielab.ts';
import { closeShutter } from '../display-shutter.ts';
import { renderGrayscale } from '../grayscale.ts';
import { iccProfileOf, toStandardColors } from '../icc-profile.ts';
import { type OverlayBitmap, overlayBitmapOf, overlayPlanesOf, trimmed } from '../overlay.ts';
import { type Palette, paletteOf } from '../palette-color.ts';
import { encodeRendered, type FrameToRender, toDisplayedValues } from '../pixel-pipeline.ts';
import type { PresentationLut } from '../presentation-lut.ts';
import type { RenderedImage } from '../rendered-image.ts';
import type { RenderingParameters } from '../rendering-parameters.ts';
import { drawColor, drawVectors, inColor } from '../vector-layer.ts';
import { blend } from './blending.ts';
import { activeCurvesOf } from './curve.ts';
import {
  areaInFrame,
  type DisplayedAreaGeometry,
  displayedAreaFor,
  displayedAreaGeometry,
  showArea,
} from './displayed-area.ts';
import { inFrame } from './graphic-annotation.ts';
import { drawGraphic } from './graphic-drawing.ts';
import type { GraphicLayer } from './graphic-layer.ts';
import { colorsOf } from './graphic-style.ts';
import { refersTo } from './image-references.ts';
import type { PresentationInput, PresentationState } from './presentation-state.ts';
import { type DecodedMask, type InputFrame, softcopyGrayscaleOf } from './softcopy-grayscale.ts';
import { drawText } from './text-drawing.ts';
import { tileOriginOf } from './total-pixel-matrix.ts';

/** A frame that a Presentation State refers to, with what else goes into its picture. */
export interface FrameToPresent extends FrameToRender {
  readonly presentationState: PresentationState;
  /** Frames of the same image that are taken away from this one. */
  readonly mask?: {
    /** The mask, and after it the frames that are averaged with this one. */
    readonly frames: readonly Uint8Array[];
    readonly contrastFrameCount: number;
    readonly shift: DecodedMask['shift'];
  };
  /** What a blending lays over this frame; nothing where no superimposed image belongs to it. */
  readonly superimposed?: FrameToRender;
}

/**
 * Renders one frame as a Presentation State shows it: the rendering pipeline of PS3.4 N.2, a line a step.
 *
 * @throws OriginServerError `not-renderable` for what cannot be decoded, or a palette that is missing
 * @requirement R-001-349
 */
export async function renderPresentation(
  source: FrameToPresent,
  mediaType: string,
  parameters: RenderingParameters,
): Promise<Uint8Array> {
  const { presentationState, dataSet } = source;
  const input = await decodeInput(source);
  const values = await toStandardColors(await toDisplayedInput(source, input), profileOf(presentationState, input));
  const shuttered = applyShutter(values, presentationState, input);
  const geometry = displayedAreaGeometry(
    areaInFrame(
      displayedAreaFor(presentationState.displayedAreas, input.SOPInstanceUID, input.frameNumber),
      tileOriginOf(input.dataSet, input.frameNumber),
    ),
    presentationState.transformation,
    values.width,
    values.height,
    parameters.viewport,
  );
  const area = showArea(shuttered, geometry);
  const annotated = await drawLayers(area, presentationState, input, geometry);
  return encodeRendered(annotated, mediaType, parameters, dataSet, source.frameNumber);
}

async function decodeInput(source: FrameToRender): Promise<InputFrame> {
  const { dataSet, image, transferSyntaxUID, frameNumber } = source;
  const frame = await decodeFrame(source.frame, image, { transferSyntaxUID });
  return { dataSet, SOPInstanceUID: dataSet.text(Tag.SOPInstanceUID) ?? '', frameNumber, frame };
}

/** Stored values to grey or colours, by the kind of the Presentation State (PS3.4 N.2.1 to N.2.4). */
async function toDisplayedInput(source: FrameToPresent, input: InputFrame): Promise<RenderedImage> {
  const state = source.presentationState;
  const { frame } = input;
  if (!isGrayscale(frame) || state.kind === 'color')
    return toDisplayedValues(frame, input.dataSet, input.frameNumber, {});
  const mask = await decodeMask(source);
  switch (state.kind) {
    case 'grayscale':
      return grayscale(state.input, input, state.presentationLut, mask);
    case 'pseudo-color':
      return throughPalette(state.input, input, paletteOf(state.dataSet), mask);
    case 'blending': {
      const underlying = grayscale(state.input, input, 'IDENTITY');
      if (source.superimposed === undefined || state.superimposed === undefined) return inColor(underlying);
      const over = await decodeInput(source.superimposed);
      const superimposed = throughPalette(state.superimposed, over, paletteOf(state.dataSet));
      return blend({ ...input, image: underlying }, { ...over, image: superimposed }, state.relativeOpacity);
    }
  }
}

/** The ICC Profile of the Presentation State, which supersedes that of the image (PS3.4 N.2.2, PS3.3 C.11.15). */
function profileOf(state: PresentationState, { dataSet, frameNumber }: InputFrame): Uint8Array | undefined {
  return state.dataSet.has(Tag.ICCProfile) ? iccProfileOf(state.dataSet, 1) : iccProfileOf(dataSet, frameNumber);
}

function isGrayscale({ PhotometricInterpretation, SamplesPerPixel }: PixelFrame): boolean {
  return SamplesPerPixel === 1 && PhotometricInterpretation !== 'PALETTE COLOR';
}

async function decodeMask({ mask, image, transferSyntaxUID }: FrameToPresent): Promise<DecodedMask | undefined> {
  if (mask === undefined) return undefined;
  const frames = await Promise.all(mask.frames.map((octets) => decodeFrame(octets, image, { transferSyntaxUID })));
  const maskFrameCount = frames.length - mask.contrastFrameCount;
  return { frames: frames.slice(0, maskFrameCount), contrastFrames: frames.slice(maskFrameCount), shift: mask.shift };
}

function grayscale(
  input: PresentationInput,
  inputFrame: InputFrame,
  presentation: PresentationLut,
  mask?: DecodedMask,
): RenderedImage {
  const { frame, transformation } = softcopyGrayscaleOf(input, inputFrame, presentation, mask);
  return { width: frame.Columns, height: frame.Rows, channels: 1, pixels: renderGrayscale(frame, transformation) };
}

/** The output of the VOI LUT spread over a palette: each channel of it takes the place of a Presentation LUT (PS3.4 N.2.3). */
function throughPalette(
  input: PresentationInput,
  inputFrame: InputFrame,
  palette: Palette,
  mask?: DecodedMask,
): RenderedImage {
  const channels = palette.map(({ entries }) => {
    const lut: PresentationLut = { firstMapped: 0, maximum: 255, entries: Uint16Array.from(entries) };
    return grayscale(input, inputFrame, lut, mask);
  });
  const { width, height } = channels[0]!;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = channels[i % 3]!.pixels[(i / 3) | 0]!;
  return { width, height, channels: 3, pixels };
}

/** Covers what the display shutters of the Presentation State hide (PS3.3 C.7.6.11, C.11.12). */
function applyShutter(image: RenderedImage, state: PresentationState, input: InputFrame): RenderedImage {
  const { shutter } = state;
  if (shutter === undefined) return image;
  const bitmap = shutter.overlayGroup === undefined ? undefined : bitmapOf(state, shutter.overlayGroup, input);
  return closeShutter(image, shutter, bitmap);
}

/** An overlay by its group: that of the Presentation State before that of the image (PS3.3 C.11.7). */
function bitmapOf(
  { overlays }: PresentationState,
  group: number,
  { dataSet, frameNumber, frame }: InputFrame,
): OverlayBitmap | undefined {
  const plane =
    overlays.find((own) => own.group === group) ?? overlayPlanesOf(dataSet).find((own) => own.group === group);
  return plane && overlayBitmapOf(plane, frameNumber, frame);
}

/** Overlays, curves, graphics and texts, layer by layer from the lowest (PS3.3 C.10.7). */
async function drawLayers(
  image: RenderedImage,
  state: PresentationState,
  input: InputFrame,
  geometry: DisplayedAreaGeometry,
): Promise<RenderedImage> {
  const { SOPInstanceUID, frameNumber } = input;
  const tileOrigin = tileOriginOf(input.dataSet, frameNumber);
  const annotations = state.annotations
    .filter(({ references }) => refersTo(references, SOPInstanceUID, frameNumber))
    .map((annotation) => inFrame(annotation, tileOrigin));
  const curves = activeCurvesOf(state.dataSet, input.dataSet);
  const overlays = [...state.overlayLayers].filter(([group]) => group !== state.shutter?.overlayGroup);
  const used = [
    ...overlays.map(([, name]) => name),
    ...curves.map(({ layer }) => layer),
    ...annotations.map(({ layer }) => layer),
  ];
  let drawn = image;
  let vectors = '';
  const draw = async (): Promise<void> => {
    if (vectors !== '') drawn = await drawVectors(drawn, vectors);
    vectors = '';
  };
  const inColorIfNeeded = (...colors: readonly DisplayColor[]): void => {
    if (!colors.every(isGray)) drawn = inColor(drawn);
  };
  for (const layer of [...state.layers, ...unnamedLayers(state.layers, used)]) {
    inColorIfNeeded(layer.color);
    for (const [group, name] of overlays) {
      const bitmap = name === layer.name ? bitmapOf(state, group, input) : undefined;
      const opacity = bitmap && opacityOf(bitmap, geometry);
      if (opacity === undefined) continue;
      await draw();
      drawn = drawColor(drawn, opacity, layer.color);
    }
    for (const curve of curves) {
      if (curve.layer === layer.name) vectors += drawGraphic(curve.graphic, geometry, layer.color);
    }
    for (const { graphics, texts } of annotations.filter((annotation) => annotation.layer === layer.name)) {
      inColorIfNeeded(
        ...graphics.flatMap(({ line, fill }) => colorsOf(line, fill)),
        ...texts.flatMap(({ style }) => colorsOf(style)),
      );
      for (const graphic of graphics) vectors += drawGraphic(graphic, geometry, layer.color);
      for (const text of texts) vectors += drawText(text, geometry, layer.color);
    }
  }
  await draw();
  return drawn;
}

/** Layers that are used and not described lie above the others, in white. */
function unnamedLayers(layers: readonly GraphicLayer[], used: readonly string[]): readonly GraphicLayer[] {
  const names = new Set(used);
  for (const { name } of layers) names.delete(name);
  return [...names].map((name) => ({ name, order: Number.POSITIVE_INFINITY, color: white }));
}

/** How much of each rendered pixel an overlay covers. */
function opacityOf(bitmap: OverlayBitmap, geometry: DisplayedAreaGeometry): RenderedImage | undefined {
  const { region, renderedWidth, renderedHeight } = geometry;
  const shrinking = Math.max(region.width, region.height) / Math.min(renderedWidth, renderedHeight);
  // A bit counts in pixels as far from it as the filter reaches.
  const part = trimmed(bitmap, 2 * Math.ceil(Math.max(1, shrinking)) + 1);
  if (part === undefined) return undefined;
  const { width, height, left, top, bits } = part;
  const pixels = bits.map((bit) => bit * 255);
  return showArea({ width, height, channels: 1, pixels }, geometry, left, top);
}
