import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { AnnotationKeyword } from '../syntax/annotation.ts';
import { type TextBlock, writeText } from './corner-text.ts';
import type { RenderedImage } from './rendered-image.ts';

/** Where the lines of a keyword stand: never in the middle of the image. */
const cornerOf: Readonly<Record<AnnotationKeyword, TextBlock['corner']>> = {
  patient: 'top left',
  technique: 'bottom left',
};

/**
 * Burns patient and technique information into an image, after everything else has been done to it.
 *
 * @requirement R-001-285
 * @requirement R-001-288
 * @requirement R-001-289
 * @requirement R-001-291
 */
export async function annotate(
  image: RenderedImage,
  keywords: readonly AnnotationKeyword[],
  dataSet: DataSet,
  frameNumber: number,
): Promise<RenderedImage> {
  const blocks = keywords.map((keyword) => ({
    corner: cornerOf[keyword],
    lines: annotationLines(keyword, dataSet, frameNumber),
  }));
  return writeText(image, blocks);
}

/** What is written for a keyword, a line each; attributes without a value leave nothing behind. */
export function annotationLines(keyword: AnnotationKeyword, dataSet: DataSet, frameNumber: number): readonly string[] {
  const lines = keyword === 'patient' ? patientLines(dataSet) : techniqueLines(dataSet, frameNumber);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function patientLines(dataSet: DataSet): string[] {
  const sex = dataSet.text(Tag.PatientSex);
  const age = dataSet.text(Tag.PatientAge);
  return [
    personName(dataSet.text(Tag.PatientName)),
    labelled('ID', dataSet.text(Tag.PatientID)),
    [labelled('Born', date(dataSet.text(Tag.PatientBirthDate))), sex, age].filter(Boolean).join('  '),
  ];
}

/** What tells one image from another comes first: small images have no room for all of it. */
function techniqueLines(dataSet: DataSet, frameNumber: number): string[] {
  const frames = dataSet.number(Tag.NumberOfFrames) ?? 1;
  return [
    [date(dataSet.text(Tag.StudyDate)), time(dataSet.text(Tag.StudyTime))].filter(Boolean).join(' '),
    [
      labelled('Series', dataSet.text(Tag.SeriesNumber)),
      labelled('Image', dataSet.text(Tag.InstanceNumber)),
      frames > 1 ? `Frame ${frameNumber}/${frames}` : '',
    ]
      .filter(Boolean)
      .join('  '),
    labelled('Position', dataSet.texts(Tag.ImagePositionPatient).map(twoDecimals).join(' ')),
    [dataSet.text(Tag.Modality), dataSet.text(Tag.SeriesDescription)].filter(Boolean).join('  '),
    dataSet.text(Tag.StudyDescription) ?? '',
  ];
}

function labelled(label: string, value: string | undefined): string {
  return value ? `${label} ${value}` : '';
}

/** Components of a name by commas, its groups (alphabetic, ideographic, phonetic) by spaces (PS3.5 6.2.1). */
function personName(value: string | undefined): string {
  return (value ?? '')
    .split('=')
    .map((group) => group.split('^').filter(Boolean).join(', '))
    .filter(Boolean)
    .join('  ');
}

function date(value: string | undefined): string {
  return value?.replace(/^(\d{4})\.?(\d\d)\.?(\d\d)$/, '$1-$2-$3') ?? '';
}

function time(value: string | undefined): string {
  return value?.replace(/^(\d\d):?(\d\d):?(\d\d).*$/, '$1:$2:$3') ?? '';
}

function twoDecimals(value: string): string {
  const number = Number(value);
  return Number.isFinite(number) ? String(Math.round(number * 100) / 100) : value;
}
