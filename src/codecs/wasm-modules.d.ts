/** The parts that this project uses of the codec packages, which bring no types of their own. */
declare module '@cornerstonejs/codec-*' {
  export interface FrameInfo {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned?: boolean;
    isUsingColorTransform?: boolean;
  }

  /** An object in the memory of a WebAssembly module: it lives until it is deleted. */
  export interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getFrameInfo(): FrameInfo;
    getDecodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface Encoder {
    getDecodedBuffer(info: FrameInfo): Uint8Array;
    encode(): void;
    getEncodedBuffer(): Uint8Array;
    delete(): void;
  }

  export interface Jpeg2000Decoder extends Decoder {
    readHeader(): void;
    decodeSubResolution(level: number, layer?: number): void;
    getNumDecompositions(): number;
  }

  interface Jpeg2000Encoder extends Encoder {
    /** Lossless, or the size of a quantization step. */
    setQuality(lossless: boolean, quality: number): void;
    setProgressionOrder(order: number): void;
    setDecompositions(levels: number): void;
    setTLMMarker(isWritten: boolean): void;
  }

  interface JpegLsDecoder extends Decoder {
    /** 0: by component, 1: by line, 2: by sample. */
    getInterleaveMode(): number;
  }

  interface JpegLsEncoder extends Encoder {
    setNearLossless(error: number): void;
    setInterleaveMode(mode: number): void;
  }

  export interface CodecModule {
    J2KDecoder: new () => Jpeg2000Decoder;
    J2KEncoder: new () => Jpeg2000Encoder;
    HTJ2KDecoder: new () => Jpeg2000Decoder;
    HTJ2KEncoder: new () => Jpeg2000Encoder;
    JpegLSDecoder: new () => JpegLsDecoder;
    JpegLSEncoder: new () => JpegLsEncoder;
  }

  export default function load(options: {
    print(text: string): void;
    printErr(text: string): void;
    locateFile?(name: string): string;
  }): Promise<CodecModule>;
}
