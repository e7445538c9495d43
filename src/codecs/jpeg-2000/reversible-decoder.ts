import { close, decodeBlocks } from './block-work.ts';
import { type Codestream, readCodestream } from './codestream.ts';
import { type Plane, undoWavelet } from './inverse-wavelet.ts';
import { readPackets } from './packets.ts';

/** What a codestream says of its image. */
export interface ImageInfo {
  readonly width: number;
  readonly height: number;
  readonly componentCount: number;
  readonly bitsPerSample: number;
  readonly isSigned: boolean;
}

export interface DecodedCodestream {
  /** Samples by pixels and rows, in one octet where the precision is eight bits or less, otherwise in two, little endian. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly info: ImageInfo;
  /** How often the sides were halved, and rounded up. */
  readonly halvings: number;
}

/** What another thread may help in: for the next codestream that is decoded here. */
let shared: SharedArrayBuffer | undefined;

/** Has another thread, which is given the same buffer to {@link help} in, decode a part of the next codestream. */
export function shareNext(buffer: SharedArrayBuffer): void {
  shared = buffer;
}

/** Lets a thread go that was to help, if nothing came for it to help in. */
export function shareNoMore(): void {
  if (shared !== undefined) close(shared);
  shared = undefined;
}

/**
 * Decodes a reversible JPEG 2000 codestream of the usual kind.
 *
 * @param wanted how often the sides may be halved, once it is known what image it is
 * @returns undefined where a library that knows all of the standard has to decide what the codestream is
 */
export function decodeReversible(
  encoded: Uint8Array,
  wanted: (info: ImageInfo) => number,
): DecodedCodestream | undefined {
  try {
    const codestream = readCodestream(encoded);
    if (codestream === undefined) return undefined;
    const codeBlocks = readPackets(codestream);
    if (codeBlocks === undefined) return undefined;
    const { width, height, components, precision, isSigned } = codestream;
    const info = { width, height, componentCount: components, bitsPerSample: precision, isSigned };
    const halvings = Math.min(codestream.levels, wanted(info));
    const levels = codestream.levels - halvings;
    const size = { width: Math.ceil(width / 2 ** halvings), height: Math.ceil(height / 2 ** halvings) };
    const blocksOfSize = codeBlocks.filter(({ band }) => band.resolution <= levels);
    const planes = decodeBlocks(blocksOfSize, { ...size, components, levels }, shared);
    if (planes === undefined) return undefined;
    for (const plane of planes) undoWavelet(plane, levels);
    if (codestream.hasComponentTransformation) {
      if (planes.length < 3) return undefined;
      undoComponentTransformation(planes as [Plane, Plane, Plane]);
    }
    return { octets: octetsOf(codestream, planes), info, halvings };
  } finally {
    shareNoMore();
  }
}

/** ISO/IEC 15444-1 G.2.2. */
function undoComponentTransformation([first, second, third]: readonly [Plane, Plane, Plane]): void {
  const { length } = first.samples;
  for (let i = 0; i < length; i++) {
    const blueDifference = second.samples[i]!;
    const redDifference = third.samples[i]!;
    const green = first.samples[i]! - ((blueDifference + redDifference) >> 2);
    first.samples[i] = redDifference + green;
    second.samples[i] = green;
    third.samples[i] = blueDifference + green;
  }
}

/** Undoes the level shift of unsigned samples (G.1), and cuts off what damage may have driven out of the range. */
function octetsOf({ precision, isSigned }: Codestream, planes: readonly Plane[]): Uint8Array<ArrayBuffer> {
  const shift = isSigned ? 0 : 2 ** (precision - 1);
  const least = isSigned ? -(2 ** (precision - 1)) : 0;
  const most = least + 2 ** precision - 1;
  const { length } = planes[0]!.samples;
  const values = precision <= 8 ? new Uint8Array(length * planes.length) : new Uint16Array(length * planes.length);
  for (const [component, { samples }] of planes.entries()) {
    for (let i = 0, to = component; i < length; i++, to += planes.length) {
      values[to] = Math.max(least, Math.min(most, samples[i]! + shift));
    }
  }
  return new Uint8Array(values.buffer);
}
