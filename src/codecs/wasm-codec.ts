import type { Decoder, Encoder, FrameInfo } from '@cornerstonejs/codec-charls';
import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';

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
