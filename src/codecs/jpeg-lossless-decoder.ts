import type { ImagePixel } from '../dicom/image-pixel.ts';
import { isRestart, unstuffed, windowAt } from './entropy-coded-data.ts';
import { differenceOf, HuffmanTable, lookAhead } from './huffman-table.ts';

/** A lossless JPEG stream of Huffman codes, decoded: samples interleaved by pixel. */
export interface LosslessJpeg {
  readonly Rows: number;
  readonly Columns: number;
  readonly SamplesPerPixel: number;
  readonly precision: number;
  readonly samples: Uint8Array | Uint16Array;
}

/** Markers (ISO/IEC 10918-1 table B.1). */
const Marker = { SOF3: 0xc3, DHT: 0xc4, SOI: 0xd8, EOI: 0xd9, SOS: 0xda, DRI: 0xdd } as const;

/** Segments that change nothing about the samples: DQT, application segments, comment. */
function isIgnored(marker: number): boolean {
  return marker === 0xdb || (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
}

interface Scan {
  readonly Rows: number;
  readonly Columns: number;
  readonly precision: number;
  /** Rows between two restart markers: all of them where there are none. */
  readonly rowsPerInterval: number;
  /** One for each component, in the order of their samples. */
  readonly tables: readonly HuffmanTable[];
  /** 1 to 7 (table H.1). */
  readonly selectionValue: number;
  readonly pointTransform: number;
  /** Where the entropy-coded data begin. */
  readonly at: number;
}

/**
 * Decodes JPEG Lossless, Process 14, with any predictor: one scan of all components at full resolution
 * (ISO/IEC 10918-1 Annex H), which is how images are written. The WebAssembly libraries take twice as long over it.
 *
 * @returns undefined where the stream is of another make or size, or damaged: somebody who knows more has to judge it
 */
export function decodeLosslessJpeg(stream: Uint8Array, image: ImagePixel): LosslessJpeg | undefined {
  const octets = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  const scan = readScan(octets);
  if (scan === undefined) return undefined;
  const { Rows, Columns, precision, rowsPerInterval, tables } = scan;
  const width = Columns * tables.length;
  const isOfImage = Rows === image.Rows && width === image.Columns * image.SamplesPerPixel;
  // A code has one bit at least: what cannot hold the samples gets no room for them.
  if (!isOfImage || Rows * width > octets.length * 8) return undefined;
  const samples = precision <= 8 ? new Uint8Array(Rows * width) : new Uint16Array(Rows * width);
  const differences = new Int32Array(width);
  let interval = { codes: new Uint8Array(0), bits: 0, next: scan.at };
  let position = 0;
  for (let row = 0; row < Rows; row++) {
    const isFirst = row % rowsPerInterval === 0;
    if (isFirst) {
      if (row > 0 && !isRestart(octets, interval.next)) return undefined;
      interval = unstuffed(octets, row === 0 ? scan.at : interval.next + 2);
      position = 0;
    }
    position = readDifferences(interval.codes, position, tables, differences);
    if (position > interval.bits) return undefined;
    undoPrediction(differences, samples, row * width, scan, isFirst);
  }
  if (octets[interval.next + 1] !== Marker.EOI) return undefined;
  if (scan.pointTransform > 0) for (let i = 0; i < samples.length; i++) samples[i]! <<= scan.pointTransform;
  return { Rows, Columns, SamplesPerPixel: tables.length, precision, samples };
}

/** Reads the marker segments up to the entropy-coded data (B.2). */
function readScan(octets: Buffer): Scan | undefined {
  const tables = new Map<number, HuffmanTable>();
  let frame: ReturnType<typeof readFrame>;
  let restartInterval = 0;
  if (octets.length < 4 || octets.readUInt16BE(0) !== 0xff00 + Marker.SOI) return undefined;
  for (let at = 2; at + 4 <= octets.length; ) {
    const marker = octets[at + 1]!;
    const end = at + 2 + octets.readUInt16BE(at + 2);
    if (octets[at] !== 0xff || end > octets.length) return undefined;
    const segment = octets.subarray(at + 4, end);
    if (marker === Marker.DHT) {
      if (!readTables(segment, tables)) return undefined;
    } else if (marker === Marker.DRI && segment.length === 2) {
      restartInterval = segment.readUInt16BE(0);
    } else if (marker === Marker.SOF3 && frame === undefined) {
      frame = readFrame(segment);
    } else if (marker === Marker.SOS) {
      return frame === undefined ? undefined : scanOf(segment, frame, tables, restartInterval, end);
    } else if (!isIgnored(marker)) {
      return undefined;
    }
    at = Math.max(end, at + 4);
  }
  return undefined;
}

function readFrame(segment: Buffer) {
  const count = segment[5] ?? 0;
  if (count < 1 || count > 4 || segment.length !== 6 + 3 * count) return undefined;
  const [precision, Rows, Columns] = [segment[0]!, segment.readUInt16BE(1), segment.readUInt16BE(3)];
  if (precision < 2 || precision > 16 || Rows === 0 || Columns === 0) return undefined;
  const places = Array.from({ length: count }, (_, i) => 6 + 3 * i);
  // All components have the same sampling factors, or one is coarser than another.
  if (places.some((place) => segment[place + 1] !== 0x11)) return undefined;
  return { Rows, Columns, precision, components: places.map((place) => segment[place]!) };
}

/** Tables of DC coding by their destination (B.2.4.2), each once; false if one is none. */
function readTables(segment: Buffer, tables: Map<number, HuffmanTable>): boolean {
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const table = HuffmanTable.of(counts, segment.subarray(at + 17, at + 17 + total));
    const destination = segment[at]!;
    if (table === undefined || destination > 3 || tables.has(destination)) return false;
    tables.set(destination, table);
    at += 17 + total;
  }
  return true;
}

function scanOf(
  segment: Buffer,
  { Rows, Columns, precision, components }: NonNullable<ReturnType<typeof readFrame>>,
  tables: ReadonlyMap<number, HuffmanTable>,
  restartInterval: number,
  at: number,
): Scan | undefined {
  const count = components.length;
  if (segment.length !== 4 + 2 * count || segment[0] !== count) return undefined;
  const named = components.flatMap((component, i) => {
    const table = tables.get(segment[2 + 2 * i]! >> 4);
    return segment[1 + 2 * i] === component && table !== undefined ? [table] : [];
  });
  const selectionValue = segment[1 + 2 * count]!;
  const pointTransform = segment[3 + 2 * count]! & 15;
  const rowsPerInterval = restartInterval === 0 ? Rows : restartInterval / Columns;
  const isKnown = selectionValue >= 1 && selectionValue <= 7 && pointTransform < precision;
  if (named.length !== count || !isKnown || !Number.isInteger(rowsPerInterval)) return undefined;
  return { Rows, Columns, precision, rowsPerInterval, tables: named, selectionValue, pointTransform, at };
}

/**
 * Decodes the differences of one row from bit `position` on (F.2.2.1, H.2.2).
 *
 * @returns the position behind them: beyond the end if a code is none
 */
function readDifferences(
  codes: Uint8Array,
  position: number,
  tables: readonly HuffmanTable[],
  differences: Int32Array,
): number {
  const unused = 32 - lookAhead;
  let component = 0;
  for (let i = 0; i < differences.length; i++) {
    const table = tables[component]!;
    component = component + 1 === tables.length ? 0 : component + 1;
    const bits = windowAt(codes, position);
    const whole = table.whole[bits >>> unused]!;
    if (whole !== 0) {
      differences[i] = whole >> 5;
      position += whole & 31;
      // A window has room for two such codes.
      const next = tables[component]!.whole[(bits << (whole & 31)) >>> unused]!;
      if (next !== 0 && i + 1 < differences.length) {
        differences[++i] = next >> 5;
        position += next & 31;
        component = component + 1 === tables.length ? 0 : component + 1;
      }
      continue;
    }
    const code = table.codeAt(bits >>> 16);
    if (code === 0) return Number.POSITIVE_INFINITY;
    position += code & 31;
    const category = code >> 5;
    if (category === 16) {
      differences[i] = 32_768;
    } else if (category > 0) {
      differences[i] = differenceOf(windowAt(codes, position) >>> (32 - category), category);
      position += category;
    } else {
      differences[i] = 0;
    }
  }
  return position;
}

/**
 * Adds the predictions to the differences of a row, modulo 2^16 (H.1.2.1): what is left of a sample, above it and between.
 *
 * @param isFirst whether nothing above may be used: the first row, or the first behind a restart marker
 */
function undoPrediction(
  differences: Int32Array,
  samples: Uint8Array | Uint16Array,
  start: number,
  { tables: { length: step }, precision, pointTransform, selectionValue }: Scan,
  isFirst: boolean,
): void {
  const width = differences.length;
  const above = start - width;
  for (let i = 0; i < step; i++) {
    const prediction = isFirst ? 1 << (precision - pointTransform - 1) : samples[above + i]!;
    samples[start + i] = prediction + differences[i]!;
  }
  if (isFirst || selectionValue === 1) {
    for (let i = step; i < width; i++) samples[start + i] = samples[start + i - step]! + differences[i]!;
    return;
  }
  const predict = predictors[selectionValue]!;
  for (let i = step; i < width; i++) {
    const prediction = predict(samples[start + i - step]!, samples[above + i]!, samples[above + i - step]!);
    samples[start + i] = prediction + differences[i]!;
  }
}

/** Predictions from the samples to the left, above, and above to the left, by Selection Value (table H.1). */
const predictors: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (_left, _above, corner) => corner,
  (left, above, corner) => left + above - corner,
  (left, above, corner) => left + ((above - corner) >> 1),
  (left, above, corner) => above + ((left - corner) >> 1),
  (left, above) => (left + above) >> 1,
];
