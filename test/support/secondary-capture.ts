import { TransferSyntaxUID } from '../../src/dicom/transfer-syntax.ts';
import { buildInstance } from './dicom-builder.ts';

/** What a test of storage wants to be different about an instance. */
export interface SecondaryCapture {
  readonly StudyInstanceUID?: string;
  readonly SeriesInstanceUID?: string;
  readonly SOPInstanceUID?: string;
  readonly SOPClassUID?: string;
  readonly InstanceNumber?: number;
  readonly SeriesNumber?: number;
  readonly PatientName?: string;
  readonly transferSyntax?: string;
  /** Value field of Pixel Data: one frame of one row. */
  readonly pixels?: Uint8Array;
}

/** A Secondary Capture image as a PS3.10 file, by default the only instance of study 2.25.1. */
export function secondaryCapture(wanted: SecondaryCapture = {}): Buffer {
  const {
    pixels = Buffer.from([0, 1, 2, 3]),
    transferSyntax = TransferSyntaxUID.ExplicitVRLittleEndian,
    ...elements
  } = wanted;
  const StudyInstanceUID = wanted.StudyInstanceUID ?? '2.25.1';
  const SeriesInstanceUID = wanted.SeriesInstanceUID ?? `${StudyInstanceUID}.1`;
  const SOPInstanceUID = wanted.SOPInstanceUID ?? `${SeriesInstanceUID}.1`;
  const file = buildInstance({
    transferSyntax,
    pixelData: pixels,
    elements: {
      Rows: 1,
      Columns: Math.min(pixels.length, 0xffff),
      ...elements,
      StudyInstanceUID,
      SeriesInstanceUID,
      SOPInstanceUID,
    },
  });
  return Buffer.from(file.buffer, file.byteOffset, file.byteLength);
}

/** A body of multipart/related with one part of application/dicom for each object. */
export function multipartOf(objects: readonly Uint8Array[], boundary: string): Buffer {
  const head = Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
  return Buffer.concat([...objects.flatMap((object) => [head, object]), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}
