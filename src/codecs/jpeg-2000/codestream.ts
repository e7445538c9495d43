/** What the main header says (ISO/IEC 15444-1 Annex A), and where the packets are. */
export interface Codestream {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly precision: number;
  readonly isSigned: boolean;
  readonly progression: Progression;
  readonly layers: number;
  readonly hasComponentTransformation: boolean;
  /** Levels of the wavelet transform. */
  readonly levels: number;
  /** Binary logarithms of the sides of a code-block. */
  readonly codeBlock: { readonly width: number; readonly height: number };
  /** Binary logarithms of the sides of a precinct, by resolution. */
  readonly precincts: readonly { readonly width: number; readonly height: number }[];
  readonly hasEndOfPacketHeader: boolean;
  /** Bit planes of the subbands, the insignificant ones among them, in the order of their resolutions: equation E-2. */
  readonly planes: readonly number[];
  /** Bodies of the tile-parts: the packets, one after the other. */
  readonly packets: Uint8Array;
}

export type Progression = 'LRCP' | 'RLCP' | 'RPCL' | 'PCRL' | 'CPRL';

const progressions: readonly Progression[] = ['LRCP', 'RLCP', 'RPCL', 'PCRL', 'CPRL'];

const marker = {
  startOfCodestream: 0xff4f,
  size: 0xff51,
  codingStyle: 0xff52,
  tilePartLengths: 0xff55,
  packetLengths: 0xff57,
  packetLengthsOfTilePart: 0xff58,
  quantization: 0xff5c,
  registration: 0xff63,
  comment: 0xff64,
  startOfTilePart: 0xff90,
  startOfData: 0xff93,
  endOfCodestream: 0xffd9,
} as const;

/** Markers that only tell what is found without them: of the main header, and of those of tile-parts. */
const informative = {
  main: new Set<number>([marker.tilePartLengths, marker.packetLengths, marker.registration, marker.comment]),
  tilePart: new Set<number>([marker.packetLengthsOfTilePart, marker.comment]),
} as const;

type CodingStyle = Pick<
  Codestream,
  | 'progression'
  | 'layers'
  | 'hasComponentTransformation'
  | 'levels'
  | 'codeBlock'
  | 'precincts'
  | 'hasEndOfPacketHeader'
>;

type Size = Pick<Codestream, 'width' | 'height' | 'components' | 'precision' | 'isSigned'>;

/**
 * Reads a codestream of the kind that images are archived in: reversible, one tile from the origin on, all components alike,
 * code-blocks in their plain style.
 *
 * @returns undefined if it is of another kind, or does not hold together
 */
export function readCodestream(octets: Uint8Array): Codestream | undefined {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (octets.length < 4 || view.getUint16(0) !== marker.startOfCodestream) return undefined;
  let size: Size | undefined;
  let style: CodingStyle | undefined;
  let exponents: readonly number[] | undefined;
  let guardBits = 0;
  for (let at = 2; at + 4 <= octets.length; ) {
    const found = view.getUint16(at);
    if (found === marker.startOfTilePart) {
      const packets = packetsOf(octets, view, at);
      if (size === undefined || style === undefined || exponents === undefined || packets === undefined)
        return undefined;
      const planes = exponents.map((exponent) => guardBits + exponent - 1);
      if (planes.length < 3 * style.levels + 1 || planes.some((count) => count > mostPlanes)) return undefined;
      return { ...size, ...style, planes, packets };
    }
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > octets.length) return undefined;
    const segment = new DataView(octets.buffer, octets.byteOffset + at + 4, length - 2);
    if (found === marker.size && at === 2) {
      size = readSize(segment);
      if (size === undefined) return undefined;
    } else if (found === marker.codingStyle) {
      style = readCodingStyle(segment);
      if (style === undefined) return undefined;
    } else if (found === marker.quantization) {
      // Without quantization there is an octet for each subband: Table A.28.
      if (length < 4 || (segment.getUint8(0) & 0x1f) !== 0) return undefined;
      guardBits = segment.getUint8(0) >> 5;
      exponents = Array.from(octets.subarray(at + 5, end), (octet) => octet >> 3);
    } else if (!informative.main.has(found)) return undefined;
    at = end;
  }
  return undefined;
}

/** Bit planes that a coefficient of 32 bits has room for, doubled and with a sign. */
const mostPlanes = 30;

const mostSamples = 2 ** 28;

/** A.5.1. */
function readSize(segment: DataView): Size | undefined {
  if (segment.byteLength < 39) return undefined;
  const capabilities = segment.getUint16(0);
  const [width, height, left, top, tileWidth, tileHeight, tileLeft, tileTop] = Array.from({ length: 8 }, (_, i) =>
    segment.getUint32(2 + 4 * i),
  ) as [number, number, number, number, number, number, number, number];
  const components = segment.getUint16(34);
  const description = segment.getUint8(36);
  const precision = (description & 0x7f) + 1;
  // High throughput, or part 2.
  if (capabilities > 2 || components === 0 || segment.byteLength !== 36 + 3 * components || precision > 16)
    return undefined;
  for (let i = 36; i < segment.byteLength; i += 3) {
    if (segment.getUint8(i) !== description || segment.getUint16(i + 1) !== 0x0101) return undefined;
  }
  if (left + top + tileLeft + tileTop !== 0 || tileWidth < width || tileHeight < height) return undefined;
  if (width === 0 || height === 0 || width * height * components > mostSamples) return undefined;
  return { width, height, components, precision, isSigned: description > 0x7f };
}

/** A.6.1. */
function readCodingStyle(segment: DataView): CodingStyle | undefined {
  if (segment.byteLength < 10) return undefined;
  const [style, order] = [segment.getUint8(0), segment.getUint8(1)];
  const layers = segment.getUint16(2);
  const [transformation, levels, blockWidth, blockHeight, blockStyle, wavelet] = Array.from({ length: 6 }, (_, i) =>
    segment.getUint8(4 + i),
  ) as [number, number, number, number, number, number];
  const progression = progressions[order];
  const codeBlock = { width: blockWidth + 2, height: blockHeight + 2 };
  const hasPrecincts = (style & 1) !== 0;
  if (style > 7 || progression === undefined || layers === 0 || transformation > 1 || levels > 32) return undefined;
  if (codeBlock.width > 10 || codeBlock.height > 10 || codeBlock.width + codeBlock.height > 12) return undefined;
  if (blockStyle !== 0 || wavelet !== reversible) return undefined;
  if (segment.byteLength !== 10 + (hasPrecincts ? levels + 1 : 0)) return undefined;
  const precincts = Array.from({ length: levels + 1 }, (_, resolution) => {
    const sides = hasPrecincts ? segment.getUint8(10 + resolution) : 0xff;
    return { width: sides & 15, height: sides >> 4 };
  });
  // A precinct of one sample has no half, which its subbands would have.
  if (precincts.some(({ width, height }, resolution) => resolution > 0 && (width === 0 || height === 0)))
    return undefined;
  return {
    progression,
    layers,
    hasComponentTransformation: transformation === 1,
    levels,
    codeBlock,
    precincts,
    hasEndOfPacketHeader: (style & 4) !== 0,
  };
}

/** The wavelet transform with filters of 5 and 3 taps: Table A.20. */
const reversible = 1;

/** A.4.2: the data of all tile-parts, which have nothing in their headers that changes how they are read. */
function packetsOf(octets: Uint8Array, view: DataView, first: number): Uint8Array | undefined {
  const bodies: Uint8Array[] = [];
  let at = first;
  while (at + 14 <= octets.length && view.getUint16(at) === marker.startOfTilePart) {
    const end = at + view.getUint32(at + 6);
    const [size, tile, part] = [view.getUint16(at + 2), view.getUint16(at + 4), view.getUint8(at + 10)];
    if (size !== 10 || tile !== 0 || part !== bodies.length || end > octets.length) return undefined;
    let body = at + 12;
    while (body + 4 <= end && view.getUint16(body) !== marker.startOfData) {
      if (!informative.tilePart.has(view.getUint16(body))) return undefined;
      body += 2 + view.getUint16(body + 2);
    }
    if (body + 2 > end || view.getUint16(body) !== marker.startOfData) return undefined;
    bodies.push(octets.subarray(body + 2, end));
    at = end;
  }
  if (at + 2 > octets.length || view.getUint16(at) !== marker.endOfCodestream) return undefined;
  return bodies.length === 1 ? bodies[0] : Buffer.concat(bodies);
}
