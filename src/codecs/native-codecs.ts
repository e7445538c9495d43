import { createRequire } from 'node:module';
import type { Context } from 'dcmjs-codecs';
import { originServerError } from '../errors/origin-server-error.ts';
import { type Codestream, octetsPerSample } from './encapsulated-samples.ts';

/** One WebAssembly build of several codec libraries: here for those that no other package of this runtime has. */
type Library = typeof import('dcmjs-codecs');

const require = createRequire(import.meta.url);

/** The library, instantiated at its first use, once a thread, and again after each failure. */
let library: Promise<Library> | undefined;

/**
 * Runs the library over one frame.
 *
 * A damaged frame may write over the memory of the library, which then fails on whole frames, or never comes to an end.
 * So nothing that failed is used again, and what an instance with a past cannot do is tried once more in a new one.
 */
async function inLibrary(use: (library: Library) => Uint8Array | undefined): Promise<Uint8Array | undefined> {
  const hasPast = library !== undefined;
  library ??= load();
  try {
    return use(await library);
  } catch (cause) {
    library = undefined;
    if (hasPast) return inLibrary(use);
    throw cause;
  }
}

async function load(): Promise<Library> {
  const loaded: Library = require('dcmjs-codecs');
  // A damaged frame is told to who asked for it; the library would write pages about each to the console.
  loaded.log.disableAll();
  await loaded.NativeCodecs.initializeAsync({
    webAssemblyModulePathOrUrl: require.resolve('dcmjs-codecs').replace(/[^/\\]+$/, 'dcmjs-native-codecs.wasm'),
    logCodecsInfo: false,
    logCodecsTrace: false,
  });
  return loaded;
}

/** A codestream as the library wants it described. */
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
    pixelRepresentation: codestream.isSigned ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation,
  };
}

/** @throws OriginServerError `not-renderable` if the library finds the frame damaged */
export async function decodedOctets(decode: (library: Library) => Uint8Array | undefined): Promise<Uint8Array> {
  try {
    const octets = await inLibrary(decode);
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
export async function encodedOctets(encode: (library: Library) => Uint8Array | undefined): Promise<Uint8Array> {
  try {
    const octets = await inLibrary(encode);
    if (octets !== undefined && octets.length > 0) return octets;
  } catch (cause) {
    throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.', {
      cause,
    });
  }
  throw originServerError('transfer-syntax-not-acceptable', 'The frame cannot be encoded in this transfer syntax.');
}
