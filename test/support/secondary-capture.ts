/** What a test wants to be different about a Secondary Capture instance. */
export interface SecondaryCapture {
  readonly StudyInstanceUID?: string;
  readonly SeriesInstanceUID?: string;
  readonly SOPInstanceUID?: string;
  readonly SOPClassUID?: string;
  readonly TransferSyntaxUID?: string;
  readonly InstanceNumber?: number;
  readonly SeriesNumber?: number;
  readonly PatientName?: string;
  /** Value field of Pixel Data: one frame of one row. */
  readonly pixels?: Uint8Array;
}

const secondaryCaptureImageStorage = '1.2.840.10008.5.1.4.1.1.7';
const explicitVRLittleEndian = '1.2.840.10008.1.2.1';

/** A small Secondary Capture image as a PS3.10 file in Explicit VR Little Endian. */
export function secondaryCapture(wanted: SecondaryCapture = {}): Buffer {
  const {
    StudyInstanceUID = '2.25.1',
    SeriesInstanceUID = `${StudyInstanceUID}.1`,
    SOPInstanceUID = `${SeriesInstanceUID}.1`,
    SOPClassUID = secondaryCaptureImageStorage,
    TransferSyntaxUID = explicitVRLittleEndian,
    InstanceNumber = 1,
    SeriesNumber = 1,
    PatientName = 'Fiducial^Test',
    pixels = Buffer.from([0, 1, 2, 3]),
  } = wanted;
  const meta = Buffer.concat([
    element(0x00020001, 'OB', Buffer.from([0, 1])),
    element(0x00020002, 'UI', SOPClassUID),
    element(0x00020003, 'UI', SOPInstanceUID),
    element(0x00020010, 'UI', TransferSyntaxUID),
    element(0x00020012, 'UI', '2.25.99'),
  ]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x00020000, 'UL', uint32(meta.length)),
    meta,
    element(0x00080016, 'UI', SOPClassUID),
    element(0x00080018, 'UI', SOPInstanceUID),
    element(0x00080020, 'DA', '20260102'),
    element(0x00080060, 'CS', 'OT'),
    element(0x00100010, 'PN', PatientName),
    element(0x00100020, 'LO', 'FID-1'),
    element(0x0020000d, 'UI', StudyInstanceUID),
    element(0x0020000e, 'UI', SeriesInstanceUID),
    element(0x00200011, 'IS', String(SeriesNumber)),
    element(0x00200013, 'IS', String(InstanceNumber)),
    element(0x00280002, 'US', uint16(1)),
    element(0x00280004, 'CS', 'MONOCHROME2'),
    element(0x00280010, 'US', uint16(1)),
    element(0x00280011, 'US', uint16(Math.min(pixels.length, 0xffff))),
    element(0x00280100, 'US', uint16(8)),
    element(0x00280101, 'US', uint16(8)),
    element(0x00280102, 'US', uint16(7)),
    element(0x00280103, 'US', uint16(0)),
    element(0x7fe00010, 'OB', pixels),
  ]);
}

/** A body of multipart/related with one part of application/dicom for each object. */
export function multipartOf(objects: readonly Uint8Array[], boundary: string): Buffer {
  const head = Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
  return Buffer.concat([...objects.flatMap((object) => [head, object]), Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

function element(tag: number, vr: string, value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const padding = Buffer.alloc(bytes.length % 2, vr === 'UI' || vr === 'OB' ? 0 : 0x20);
  const length = bytes.length + padding.length;
  const header = Buffer.concat([uint16(tag >>> 16), uint16(tag & 0xffff), Buffer.from(vr)]);
  const lengthField = vr === 'OB' ? Buffer.concat([uint16(0), uint32(length)]) : uint16(length);
  return Buffer.concat([header, lengthField, bytes, padding]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
