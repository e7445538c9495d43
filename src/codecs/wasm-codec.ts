import type { Decoder, Encoder, FrameInfo, Jpeg2000Decoder } from '@cornerstonejs/codec-charls';
import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import { octetsPerSample } from './encapsulated-samples.ts';

interface Loader<Module> {
  default(options: { print(text: string): void; printErr(text: string): void }): Promise<Module>;
}

/**
 * A WebAssembly codec, instantiated at its first use, once a thread; what the library prints goes nowhere.
 *
 * An instance that trapped may have written over its own memory, so the next use gets a new one.
 */
export function wasmCodec<Module>(load: () => Promise<Loader<Module>>): <T>(use: (module: Module) => T) => Promise<T> {
  let instance: Promise<Module> | undefined;
  return async (use) => {
    instance ??= load().then((loader) => loader.default({ print() {}, printErr() {} }));
    const module = await instance;
    try {
      return use(module);
    } catch (error) {
      if (error instanceof OriginServerError && isTrap(error.cause)) instance = undefined;
      throw error;
    }
  };
}

/** A trap of WebAssembly, whose constructor the types of a server do not name. */
function isTrap(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'RuntimeError';
}

/**
 * Runs a decoder over an encoded frame and copies the result out of its memory.
 *
 * Some of the libraries report damage by a number thrown, some by an image of no size; both become one error.
 *
 * @throws OriginServerError `not-renderable`
 */
export function decodedBy<D extends Decoder>(
  decoder: D,
  encoded: Uint8Array,
  decode: (decoder: D) => void = (it) => it.decode(),
): { octets: Uint8Array; info: FrameInfo } {
  try {
    decoder.getEncodedBuffer(encoded.length).set(encoded);
    decode(decoder);
  } catch (cause) {
    throw damaged(cause);
  }
  const info = decoder.getFrameInfo();
  if (info.width === 0 || info.height === 0) throw damaged();
  // A copy, and no longer the clamped array that some of the libraries hand out.
  return { octets: new Uint8Array(decoder.getDecodedBuffer()), info };
}

/**
 * Runs a decoder of a wavelet transform, and leaves out its last steps where a smaller frame will do.
 *
 * @param wanted how often the sides may be halved
 * @param isSigned whether the image has signed values; a codestream that does not say so holds them in no order to be averaged in
 * @returns octets of a frame whose sides were halved so many times, and rounded up; the frame information is that of the whole
 * @throws OriginServerError `not-renderable`
 */
export function decodedWavelets(
  decoder: Jpeg2000Decoder,
  encoded: Uint8Array,
  wanted: number,
  isSigned: boolean,
): { octets: Uint8Array; info: FrameInfo; halvings: number } {
  const halvings = Math.min(wanted, decompositionsOf(encoded));
  if (halvings === 0) return { ...decodedBy(decoder, encoded), halvings };
  const { octets, info } = decodedBy(decoder, encoded, (it) => {
    it.readHeader();
    it.decodeSubResolution(halvings, 0);
  });
  const { width, height, componentCount, bitsPerSample } = info;
  const size = 2 ** halvings;
  const expected = Math.ceil(width / size) * Math.ceil(height / size) * componentCount * octetsPerSample(bitsPerSample);
  // Tiles and offsets of the reference grid may give a size of their own.
  const isWhole = octets.length === expected && (!isSigned || info.isSigned === true);
  return isWhole ? { octets, info, halvings } : { ...decodedBy(decoder, encoded), halvings: 0 };
}

/** Levels of the wavelet transform, from the main header (ISO/IEC 15444-1 A.6.1); 0 where components may differ, or it is none. */
function decompositionsOf(codestream: Uint8Array): number {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  let levels = 0;
  for (let at = 2; at + 10 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === startOfTilePart) return levels;
    if (marker < 0xff00 || marker === codingStyleComponent) return 0;
    if (marker === codingStyleDefault) levels = view.getUint8(at + 9);
  }
  return 0;
}

const startOfTilePart = 0xff90;
const codingStyleDefault = 0xff52;
const codingStyleComponent = 0xff53;

function damaged(cause?: unknown) {
  return originServerError('not-renderable', 'The codestream of the frame is damaged.', { cause });
}

/**
 * Runs an encoder over the octets of a frame and copies the codestream out of its memory.
 *
 * @throws OriginServerError `transfer-syntax-not-acceptable` if the library cannot hold the frame
 */
export function encodedBy(encoder: Encoder, octets: Uint8Array, info: FrameInfo): Uint8Array {
  try {
    encoder.getDecodedBuffer(info).set(octets);
    encoder.encode();
  } catch (cause) {
    throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.', {
      cause,
    });
  }
  // CharLS hands out a Uint8ClampedArray, which no stream takes.
  const encoded = new Uint8Array(encoder.getEncodedBuffer());
  if (encoded.length === 0) {
    throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.');
  }
  return encoded;
}
