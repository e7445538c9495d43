import sharp from 'sharp';
import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from '../dicom/data-set.ts';
import type { AnnotationKeyword } from '../syntax/annotation.ts';
import type { RenderedImage } from './rendered-image.ts';

/** Fonts of everything that is written into an image, the first that has a character. */
export const fontFamily = 'Noto Sans, DejaVu Sans, sans-serif';

/** Where the lines of a keyword stand: never in the middle of the image. */
const cornerOf: Readonly<Record<AnnotationKeyword, 'top left' | 'bottom left'>> = {
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
  const { width, height, channels } = image;
  const fontSize = Math.max(8, Math.min(40, Math.round(Math.min(width, height) / 32)));
  const texts = keywords.flatMap((keyword) =>
    textElements(annotationLines(keyword, dataSet, frameNumber), cornerOf[keyword], height, fontSize),
  );
  if (texts.length === 0) return image;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g font-family="${fontFamily}" font-size="${fontSize}" fill="#fff" stroke="#000" stroke-width="${fontSize / 8}" paint-order="stroke" stroke-linejoin="round">${texts.join('')}</g></svg>`;
  const pixels = await sharp(image.pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return { ...image, pixels };
}

function textElements(
  lines: readonly string[],
  corner: 'top left' | 'bottom left',
  height: number,
  fontSize: number,
): string[] {
  const lineHeight = fontSize * 1.25;
  const margin = fontSize / 2;
  return lines.map((line, i) => {
    const baseline =
      corner === 'top left'
        ? margin + fontSize + i * lineHeight
        : height - margin - (lines.length - 1 - i) * lineHeight;
    return `<text x="${margin}" y="${baseline}">${escapeXml(line)}</text>`;
  });
}

/** Text as the content of an XML element; what XML cannot hold becomes a space. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, ' ')
    .replaceAll(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
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

function techniqueLines(dataSet: DataSet, frameNumber: number): string[] {
  const frames = dataSet.number(Tag.NumberOfFrames) ?? 1;
  return [
    [date(dataSet.text(Tag.StudyDate)), time(dataSet.text(Tag.StudyTime))].filter(Boolean).join(' '),
    dataSet.text(Tag.StudyDescription) ?? '',
    [dataSet.text(Tag.Modality), dataSet.text(Tag.SeriesDescription)].filter(Boolean).join('  '),
    [
      labelled('Series', dataSet.text(Tag.SeriesNumber)),
      labelled('Image', dataSet.text(Tag.InstanceNumber)),
      frames > 1 ? `Frame ${frameNumber}/${frames}` : '',
    ]
      .filter(Boolean)
      .join('  '),
    labelled('Position', dataSet.texts(Tag.ImagePositionPatient).map(twoDecimals).join(' ')),
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
