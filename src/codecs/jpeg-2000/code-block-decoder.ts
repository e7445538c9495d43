import { codeBlockModule, memoryMap, mostCoefficients, mostOctets, usedOctets } from './code-block-program.ts';
import {
  initialContexts,
  type Orientation,
  orientations,
  signContexts,
  significanceContexts,
  stateWords,
} from './coding-tables.ts';

/** A code-block, and what of the codestream is coded of it. */
export interface CodedBlock {
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Bit planes that are coded. */
  readonly planes: number;
  readonly passes: number;
}

/** The program, and the parts of its memory. */
interface Decoder {
  readonly run: (width: number, height: number, table: number, planes: number, passes: number) => void;
  readonly memory: Uint8Array;
  readonly contexts: Int32Array;
  readonly octetsOfBlock: Uint8Array;
  readonly coefficients: Int32Array;
}

let loaded: Decoder | undefined;

function load(): Decoder {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(codeBlockModule()));
  const { buffer } = exports.memory as WebAssembly.Memory;
  new Int32Array(buffer, memoryMap.states).set(stateWords);
  new Uint8Array(buffer, memoryMap.significanceContexts).set(significanceContexts);
  new Uint8Array(buffer, memoryMap.signContexts).set(signContexts);
  return {
    run: exports.run as Decoder['run'],
    memory: new Uint8Array(buffer),
    contexts: new Int32Array(buffer, memoryMap.contexts, initialContexts.length),
    octetsOfBlock: new Uint8Array(buffer, memoryMap.octets, mostOctets + 2),
    coefficients: new Int32Array(buffer, memoryMap.coefficients, mostCoefficients),
  };
}

/**
 * Decodes the coefficients of a code-block: ISO/IEC 15444-1 Annexes C and D.
 *
 * @param octets of its codeword segment, at most `mostOctets`
 * @returns the coefficients doubled, so that one which is not known to its last bit lies in the middle of what it may be;
 *   four rows at a time, and of these column by column. They hold until the next call.
 */
export function decodeCodeBlock(block: CodedBlock, octets: Uint8Array): Int32Array {
  loaded ??= load();
  const { run, memory, contexts, octetsOfBlock, coefficients } = loaded;
  const { width, height, planes, passes } = block;
  const used = usedOctets(width, height);
  memory.fill(0, memoryMap.flags, memoryMap.flags + used.flags);
  memory.fill(0, memoryMap.coefficients, memoryMap.coefficients + used.coefficients);
  contexts.set(initialContexts);
  octetsOfBlock.set(octets);
  // A marker, after which the decoder reads ones without end.
  octetsOfBlock.fill(0xff, octets.length, octets.length + 2);
  const table = memoryMap.significanceContexts + 512 * orientations.indexOf(block.orientation);
  run(width, height, table, planes, passes);
  return coefficients;
}
