import { type BuiltElements, buildInstance, testUID } from './dicom-builder.ts';

/** A frame, an instance or a whole series that a Presentation State refers to. */
export interface Reference {
  readonly SeriesInstanceUID: string;
  /** All of the series without it. */
  readonly SOPInstanceUID?: string;
  readonly frameNumbers?: readonly number[];
}

export const SOPClass = {
  GrayscaleSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.1',
  ColorSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.2',
  PseudoColorSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.3',
  BlendingSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.4',
  VolumeRenderingVolumetricPresentationState: '1.2.840.10008.5.1.4.1.1.11.9',
} as const;

/** Referenced Series Sequence, an item for each reference. */
export function referencedSeries(references: readonly Reference[]): BuiltElements {
  return {
    ReferencedSeriesSequence: {
      items: references.map(({ SeriesInstanceUID, SOPInstanceUID, frameNumbers }) => ({
        SeriesInstanceUID,
        ...(SOPInstanceUID === undefined ? {} : referencedImage(SOPInstanceUID, frameNumbers)),
      })),
    },
  };
}

/** Referenced Image Sequence of one item. */
export function referencedImage(SOPInstanceUID: string, frameNumbers?: readonly number[]): BuiltElements {
  const image: BuiltElements = {
    ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
    ReferencedSOPInstanceUID: SOPInstanceUID,
    ...(frameNumbers === undefined ? {} : { ReferencedFrameNumber: frameNumbers.map(String) }),
  };
  return { ReferencedImageSequence: { items: [image] } };
}

/** Displayed Area Selection Sequence of one item. */
export function displayedArea(
  topLeft: readonly [number, number],
  bottomRight: readonly [number, number],
  more: BuiltElements = {},
): BuiltElements {
  const item: BuiltElements = {
    DisplayedAreaTopLeftHandCorner: topLeft,
    DisplayedAreaBottomRightHandCorner: bottomRight,
    PresentationSizeMode: 'SCALE TO FIT',
    PresentationPixelAspectRatio: ['1', '1'],
    ...more,
  };
  return { DisplayedAreaSelectionSequence: { items: [item] } };
}

/** A Grayscale Softcopy Presentation State of the first test study, unless it is told otherwise; a PS3.10 file. */
export function buildPresentationState(SOPInstanceUID: string, elements: BuiltElements): Uint8Array {
  return buildInstance({
    elements: {
      SOPClassUID: SOPClass.GrayscaleSoftcopyPresentationState,
      SeriesInstanceUID: testUID(1, 90),
      SeriesNumber: 90,
      Modality: 'PR',
      PresentationLUTShape: 'IDENTITY',
      ...elements,
      SOPInstanceUID,
    },
  });
}
