import { Tag } from '../../../generated/dictionary.ts';
import type { DataSet } from '../../dicom/data-set.ts';
import { originServerError } from '../../errors/origin-server-error.ts';
import { type DisplayShutter, displayShutterOf } from '../display-shutter.ts';
import { type OverlayPlane, overlayActivationLayersOf, overlayPlanesOf } from '../overlay.ts';
import { type PresentationLut, presentationLutOf } from '../presentation-lut.ts';
import { type DisplayedArea, displayedAreasOf } from './displayed-area.ts';
import { type GraphicAnnotation, graphicAnnotationsOf } from './graphic-annotation.ts';
import { type GraphicLayer, graphicLayersOf } from './graphic-layer.ts';
import { type ImageReference, imageReferencesOf } from './image-references.ts';
import { type MaskSubtraction, maskSubtractionsOf } from './mask.ts';
import { type SpatialTransformation, spatialTransformationOf } from './spatial-transformation.ts';

export type PresentationStateKind = 'grayscale' | 'color' | 'pseudo-color' | 'blending';

/** The Softcopy Presentation State Storage classes that are rendered, under 1.2.840.10008.5.1.4.1.1 (PS3.4 N.1). */
const kinds: Readonly<Record<string, PresentationStateKind>> = {
  '1.2.840.10008.5.1.4.1.1.11.1': 'grayscale',
  '1.2.840.10008.5.1.4.1.1.11.2': 'color',
  '1.2.840.10008.5.1.4.1.1.11.3': 'pseudo-color',
  '1.2.840.10008.5.1.4.1.1.11.4': 'blending',
  /** XA/XRF: its edge enhancement and shutters of single frames are not applied. */
  '1.2.840.10008.5.1.4.1.1.11.5': 'grayscale',
};

/** Images of one series: some of them, or all (PS3.3 C.11.11). */
export interface ReferencedSeries {
  readonly SeriesInstanceUID: string;
  /** Empty for the whole series. */
  readonly images: readonly ImageReference[];
}

/** Images that go into the picture, and how their values become grey. */
export interface PresentationInput {
  /** Of a blending item; else that of the Presentation State itself. */
  readonly StudyInstanceUID: string | undefined;
  readonly series: readonly ReferencedSeries[];
  /** Has the Modality LUT Module. */
  readonly item: DataSet;
  readonly softcopyVoiLuts: readonly { readonly references: readonly ImageReference[]; readonly item: DataSet }[];
}

/** A Softcopy Presentation State as a value (PS3.4 N.2, PS3.3 A.33). */
export interface PresentationState {
  readonly kind: PresentationStateKind;
  /** The data set it was read from: has the palette, and the curves. */
  readonly dataSet: DataSet;
  /** What the response shows; of a blending the underlying images. */
  readonly input: PresentationInput;
  readonly superimposed: PresentationInput | undefined;
  /** Share of the superimposed images, 0 to 1. */
  readonly relativeOpacity: number;
  readonly maskSubtractions: readonly MaskSubtraction[];
  readonly presentationLut: PresentationLut;
  readonly shutter: DisplayShutter | undefined;
  readonly transformation: SpatialTransformation;
  readonly displayedAreas: readonly DisplayedArea[];
  readonly layers: readonly GraphicLayer[];
  readonly annotations: readonly GraphicAnnotation[];
  readonly overlays: readonly OverlayPlane[];
  /** Layer of each overlay that is shown, whether it is here or in the image. */
  readonly overlayLayers: ReadonlyMap<number, string>;
}

/**
 * Reads a Presentation State.
 *
 * @throws OriginServerError `not-renderable` for a kind that is not rendered, or a blending of fewer than two inputs
 */
export function presentationStateOf(dataSet: DataSet): PresentationState {
  const SOPClassUID = dataSet.text(Tag.SOPClassUID) ?? '';
  const kind = Object.hasOwn(kinds, SOPClassUID) ? kinds[SOPClassUID] : undefined;
  if (kind === undefined) {
    throw originServerError(
      'not-renderable',
      `Presentation States of SOP Class ${SOPClassUID} are not rendered; Grayscale, Color, Pseudo-Color, Blending and XA/XRF Grayscale Softcopy Presentation States are.`,
    );
  }
  const opacity = dataSet.number(Tag.RelativeOpacity);
  return {
    kind,
    dataSet,
    ...inputsOf(dataSet, kind),
    relativeOpacity: opacity !== undefined && Number.isFinite(opacity) ? Math.max(0, Math.min(1, opacity)) : 0.5,
    maskSubtractions: maskSubtractionsOf(dataSet),
    presentationLut: presentationLutOf(dataSet),
    shutter: displayShutterOf(dataSet),
    transformation: spatialTransformationOf(dataSet),
    displayedAreas: displayedAreasOf(dataSet),
    layers: graphicLayersOf(dataSet),
    annotations: graphicAnnotationsOf(dataSet),
    overlays: overlayPlanesOf(dataSet),
    overlayLayers: overlayActivationLayersOf(dataSet),
  };
}

/** @requirement R-001-348 */
function inputsOf(dataSet: DataSet, kind: PresentationStateKind): Pick<PresentationState, 'input' | 'superimposed'> {
  if (kind !== 'blending') return { input: inputOf(dataSet), superimposed: undefined };
  const items = dataSet.sequence(Tag.BlendingSequence);
  const at = (position: string): DataSet | undefined =>
    items.find((item) => item.text(Tag.BlendingPosition) === position);
  const underlying = at('UNDERLYING');
  const superimposed = at('SUPERIMPOSED');
  if (underlying === undefined || superimposed === undefined) {
    throw originServerError(
      'not-renderable',
      'The Blending Sequence has to have an item with Blending Position UNDERLYING and one with SUPERIMPOSED.',
    );
  }
  return { input: inputOf(underlying), superimposed: inputOf(superimposed) };
}

function inputOf(item: DataSet): PresentationInput {
  return {
    StudyInstanceUID: item.text(Tag.StudyInstanceUID),
    series: item.sequence(Tag.ReferencedSeriesSequence).flatMap((series) => {
      const SeriesInstanceUID = series.text(Tag.SeriesInstanceUID);
      return SeriesInstanceUID === undefined ? [] : [{ SeriesInstanceUID, images: imageReferencesOf(series) }];
    }),
    item,
    softcopyVoiLuts: item
      .sequence(Tag.SoftcopyVOILUTSequence)
      .map((voi) => ({ references: imageReferencesOf(voi), item: voi })),
  };
}
