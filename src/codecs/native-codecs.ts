import { createRequire } from 'node:module';
import type { Context } from 'dcmjs-codecs';
import { originServerError } from '../errors/origin-server-error.ts';
import { type Codestream, octetsPerSample } from './encapsulated-samples.ts';

/** One WebAssembly build of several codec libraries: here for those that no other package of this runtime has. */
type Library = typeof import('dcmjs-codecs');

const require = createRequire(import.meta.url);
let library: Promise<Library> | undefined;

/** The library, instantiated at its first use, once a thread. */
export function nativeCodecs(): Promise<Library> {
  library ??= load();
  return library;
}

async function load(): Promise<Library> {
  const loaded: Library = require('dcmjs-codecs');
  await loaded.NativeCodecs.initializeAsync({
    webAssemblyModulePathOrUrl: require.resolve('dcmjs-codecs').replace(/[^/\\]+$/, 'dcmjs-native-codecs.wasm'),
    logCodecsInfo: false,
    logCodecsTrace: false,
  });
  return loaded;
}

/** A codestream as the library wants it described; signs are no matter of its codestreams. */
export function contextOf(
  codestream: Codestream,
  photometricInterpretation: string,
): NonNullable<ConstructorParameters<typeof Context>[0]> {
  return {
    width: codestream.Columns,
    height: codestream.Rows,
    bitsAllocated: octetsPerSample(codestream.precision) * 8,
    bitsStored: codestream.precision,
    samplesPerPixel: codestream.SamplesPerPixel,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation,
  };
}

/** @throws OriginServerError `not-renderable` if the library finds the frame damaged */
export function decodedOctets(decode: () => Uint8Array | undefined): Uint8Array {
  try {
    const octets = decode();
    if (octets !== undefined && octets.length > 0) return octets;
  } catch (cause) {
    throw originServerError(
      'not-renderable',
      'The codestream of the frame is damaged, or of a process not known here.',
      { cause },
    );
  }
  throw originServerError('not-renderable', 'The codestream of the frame holds no pixels.');
}

/** @throws OriginServerError `transfer-syntax-not-acceptable` if the library cannot hold the frame */
export function encodedOctets(encode: () => Uint8Array | undefined): Uint8Array {
  try {
    const octets = encode();
    if (octets !== undefined && octets.length > 0) return octets;
  } catch (cause) {
    throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.', {
      cause,
    });
  }
  throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.');
}
