/** Makes the DICOM files that the benchmark stores: deterministic pixels with noise, as compressible as a CT slice is. */

const explicitVRLittleEndian = '1.2.840.10008.1.2.1';
const root = '2.25.6227011';

export interface SampleShape {
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  readonly size: number;
  readonly frames: number;
}

export interface Sample {
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly SOPInstanceUID: string;
  readonly bytes: Buffer;
}

/** A Part 10 file of an Enhanced CT (several frames) or a CT image, 16 bits, Explicit VR Little Endian. */
export function sample({ study, series, instance, size, frames }: SampleShape): Sample {
  const StudyInstanceUID = `${root}.${study}`;
  const SeriesInstanceUID = `${StudyInstanceUID}.${series}`;
  const SOPInstanceUID = `${SeriesInstanceUID}.${instance}`;
  const SOPClassUID = frames > 1 ? '1.2.840.10008.5.1.4.1.1.2.1' : '1.2.840.10008.5.1.4.1.1.2';
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', text(SOPClassUID, '\0')),
    element(0x0002, 0x0003, 'UI', text(SOPInstanceUID, '\0')),
    element(0x0002, 0x0010, 'UI', text(explicitVRLittleEndian, '\0')),
    element(0x0002, 0x0012, 'UI', text(root, '\0')),
  ]);
  const head = [
    element(0x0008, 0x0005, 'CS', text('ISO_IR 100')),
    element(0x0008, 0x0008, 'CS', text('ORIGINAL\\PRIMARY\\AXIAL')),
    element(0x0008, 0x0016, 'UI', text(SOPClassUID, '\0')),
    element(0x0008, 0x0018, 'UI', text(SOPInstanceUID, '\0')),
    element(0x0008, 0x0020, 'DA', text('20260101')),
    element(0x0008, 0x0060, 'CS', text('CT')),
    element(0x0010, 0x0010, 'PN', text('Bench^Mark')),
    element(0x0010, 0x0020, 'LO', text(`BENCH-${study}`)),
    ...(frames > 1 ? [element(0x0018, 0x0040, 'IS', text('25'))] : []),
    ...filler(),
    element(0x0020, 0x000d, 'UI', text(StudyInstanceUID, '\0')),
    element(0x0020, 0x000e, 'UI', text(SeriesInstanceUID, '\0')),
    element(0x0020, 0x0011, 'IS', text(String(series))),
    element(0x0020, 0x0013, 'IS', text(String(instance))),
    element(0x0020, 0x0032, 'DS', text(`-125\\-125\\${instance}`)),
    element(0x0028, 0x0002, 'US', u16(1)),
    element(0x0028, 0x0004, 'CS', text('MONOCHROME2')),
    ...(frames > 1 ? [element(0x0028, 0x0008, 'IS', text(String(frames)))] : []),
    element(0x0028, 0x0010, 'US', u16(size)),
    element(0x0028, 0x0011, 'US', u16(size)),
    element(0x0028, 0x0100, 'US', u16(16)),
    element(0x0028, 0x0101, 'US', u16(12)),
    element(0x0028, 0x0102, 'US', u16(11)),
    element(0x0028, 0x0103, 'US', u16(0)),
    element(0x0028, 0x1050, 'DS', text('40')),
    element(0x0028, 0x1051, 'DS', text('400')),
    element(0x0028, 0x1052, 'DS', text('-1024')),
    element(0x0028, 0x1053, 'DS', text('1')),
    element(0x7fe0, 0x0010, 'OW', pixels(size, frames, instance)),
  ];
  const group = element(0x0002, 0x0000, 'UL', u32(meta.length));
  const bytes = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), group, meta, ...head]);
  return { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, bytes };
}

/** Elements that a scanner writes besides: so many that reading them costs what it costs in practice. */
function filler(): readonly Buffer[] {
  return Array.from({ length: 100 }, (_, i) => element(0x0019, 0x1000 + i, 'DS', text(`${i * 1.25}\\${i}`)));
}

/** A disk of tissue in air with noise of 5 bits, from a generator of known seed. */
function pixels(size: number, frames: number, seed: number): Buffer {
  const frame = new Uint16Array(size * size);
  let noise = seed * 2654435761;
  for (let i = 0; i < frame.length; i++) {
    noise = (noise * 1664525 + 1013904223) >>> 0;
    const x = (i % size) - size / 2;
    const y = Math.floor(i / size) - size / 2;
    frame[i] = (x * x + y * y < (size * size) / 6 ? 1024 + ((x + y) & 63) : 24) + (noise >>> 27);
  }
  const octets = Buffer.from(frame.buffer);
  return frames === 1 ? octets : Buffer.concat(new Array<Buffer>(frames).fill(octets));
}

const longLength = new Set(['OB', 'OW', 'UN', 'SQ']);

function element(group: number, number: number, vr: string, value: Buffer): Buffer {
  const isLong = longLength.has(vr);
  const header = Buffer.alloc(isLong ? 12 : 8);
  header.writeUInt16LE(group, 0);
  header.writeUInt16LE(number, 2);
  header.write(vr, 4, 'latin1');
  if (isLong) header.writeUInt32LE(value.length, 8);
  else header.writeUInt16LE(value.length, 6);
  return Buffer.concat([header, value]);
}

function text(value: string, pad = ' '): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + pad, 'latin1');
}

function u16(value: number): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16LE(value);
  return octets;
}

function u32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return octets;
}
