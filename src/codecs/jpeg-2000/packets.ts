import type { Codestream, Progression } from './codestream.ts';
import { PacketBits } from './packet-bits.ts';
import { type CodeBlock, type Precinct, precinctsOf } from './tile.ts';

interface Packet {
  readonly layer: number;
  readonly precinct: Precinct;
}

/** What the packets of a progression order are sorted by, the first thing first: ISO/IEC 15444-1 B.12.1. */
const sortKeys: Readonly<Record<Progression, readonly ((packet: Packet) => number)[]>> = {
  LRCP: [layerOf, resolutionOf, componentOf, numberOf],
  RLCP: [resolutionOf, layerOf, componentOf, numberOf],
  RPCL: [resolutionOf, rowOf, columnOf, componentOf, layerOf],
  PCRL: [rowOf, columnOf, componentOf, resolutionOf, layerOf],
  CPRL: [componentOf, rowOf, columnOf, resolutionOf, layerOf],
};

function layerOf({ layer }: Packet): number {
  return layer;
}
function resolutionOf({ precinct }: Packet): number {
  return precinct.resolution;
}
function componentOf({ precinct }: Packet): number {
  return precinct.component;
}
function numberOf({ precinct }: Packet): number {
  return precinct.number;
}
function rowOf({ precinct }: Packet): number {
  return precinct.y;
}
function columnOf({ precinct }: Packet): number {
  return precinct.x;
}

const mostPackets = 2 ** 16;

/**
 * Reads the packets of a codestream: tier 2.
 *
 * @returns the code-blocks that something is coded of; undefined if the packets do not hold together, or are very many
 */
export function readPackets(codestream: Codestream): readonly CodeBlock[] | undefined {
  const precincts = precinctsOf(codestream);
  if (precincts === undefined || precincts.length * codestream.layers > mostPackets) return undefined;
  let at = 0;
  for (const packet of packetsInOrder(codestream, precincts)) {
    const end = readPacket(codestream, packet, at);
    if (end === undefined || end > codestream.packets.length) return undefined;
    at = end;
  }
  const codeBlocks = precincts.flatMap(({ bands }) => bands.flatMap((band) => band.codeBlocks));
  return codeBlocks.filter(({ passes }) => passes > 0);
}

function packetsInOrder({ layers, progression }: Codestream, precincts: readonly Precinct[]): readonly Packet[] {
  const packets = precincts.flatMap((precinct) => Array.from({ length: layers }, (_, layer) => ({ layer, precinct })));
  const keys = sortKeys[progression];
  return packets.sort((one, other) => {
    for (const key of keys) if (key(one) !== key(other)) return key(one) - key(other);
    return 0;
  });
}

const startOfPacket = 0x91;
const endOfPacketHeader = 0x92;

/**
 * Reads a packet: its header (B.10), and where the data of each code-block are.
 *
 * @returns where the next packet begins
 */
function readPacket(codestream: Codestream, { layer, precinct }: Packet, from: number): number | undefined {
  const octets = codestream.packets;
  const hasMarker = octets[from] === 0xff && octets[from + 1] === startOfPacket;
  const bits = new PacketBits(octets, hasMarker ? from + 6 : from);
  const contributions: { readonly codeBlock: CodeBlock; readonly length: number }[] = [];
  if (bits.next() === 1) {
    for (const { columns, codeBlocks, inclusion, zeroPlanes } of precinct.bands) {
      for (const [number, codeBlock] of codeBlocks.entries()) {
        const [column, row] = [number % columns, Math.floor(number / columns)];
        if (codeBlock.zeroPlanes === undefined) {
          if (inclusion.valueBelow(layer + 1, column, row, bits) === undefined) continue;
          const zero = zeroPlanes.valueBelow(codeBlock.band.planes, column, row, bits);
          if (zero === undefined) return undefined;
          codeBlock.zeroPlanes = zero;
        } else if (bits.next() === 0) continue;
        const passes = readPasses(bits);
        codeBlock.passes += passes;
        const planes = codeBlock.band.planes - codeBlock.zeroPlanes;
        // The first plane has one pass, each of the others three.
        if (codeBlock.passes > 3 * planes - 2) return undefined;
        while (bits.next() === 1) codeBlock.lengthBits++;
        const lengthBits = codeBlock.lengthBits + Math.floor(Math.log2(passes));
        if (lengthBits > 31) return undefined;
        contributions.push({ codeBlock, length: bits.number(lengthBits) });
      }
    }
  }
  let at = bits.end;
  if (codestream.hasEndOfPacketHeader) {
    if (octets[at] !== 0xff || octets[at + 1] !== endOfPacketHeader) return undefined;
    at += 2;
  }
  for (const { codeBlock, length } of contributions) {
    if (at + length > octets.length) return undefined;
    codeBlock.pieces.push(octets.subarray(at, at + length));
    at += length;
  }
  return at;
}

/** Number of coding passes: Table B.4. */
function readPasses(bits: PacketBits): number {
  if (bits.next() === 0) return 1;
  if (bits.next() === 0) return 2;
  const few = bits.number(2);
  if (few < 3) return 3 + few;
  const more = bits.number(5);
  return more < 31 ? 6 + more : 37 + bits.number(7);
}
