import type { Codestream } from './codestream.ts';
import type { Orientation } from './coding-tables.ts';
import { TagTree } from './tag-tree.ts';

/** A code-block in its subband, and what the packets have said of it until now. */
export interface CodeBlock {
  /** In its subband. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly band: Subband;
  /** Its codeword segment, in pieces. */
  readonly pieces: Uint8Array[];
  /** Most significant planes that are all zero; undefined as long as no packet includes the code-block. */
  zeroPlanes?: number;
  passes: number;
  /** Bits that a length is written in, without those for the number of passes: B.10.7.1. */
  lengthBits: number;
}

/** A subband of a resolution: B.5. */
export interface Subband {
  readonly orientation: Orientation;
  readonly width: number;
  readonly height: number;
  readonly planes: number;
  readonly component: number;
  readonly resolution: number;
}

/** What a packet holds of a subband: the code-blocks of a precinct, by rows. */
export interface PrecinctBand {
  readonly columns: number;
  readonly codeBlocks: readonly CodeBlock[];
  readonly inclusion: TagTree;
  readonly zeroPlanes: TagTree;
}

/** B.6. */
export interface Precinct {
  readonly component: number;
  readonly resolution: number;
  /** Number in its resolution. */
  readonly number: number;
  /** Place of its upper left corner in the image. */
  readonly x: number;
  readonly y: number;
  readonly bands: readonly PrecinctBand[];
}

/** Sides of a resolution, or of its subband of the lowest frequencies: equation B-14. */
function halved(size: number, times: number): number {
  return Math.ceil(size / 2 ** times);
}

/** Everything of a codestream that holds code-blocks in more than this many precincts is left to others. */
const mostPrecincts = 2 ** 14;

/** The precincts of the tile, in no certain order; undefined if they are very many. */
export function precinctsOf(codestream: Codestream): readonly Precinct[] | undefined {
  const precincts: Precinct[] = [];
  for (let component = 0; component < codestream.components; component++) {
    for (let resolution = 0; resolution <= codestream.levels; resolution++) {
      const { width, height } = codestream.precincts[resolution]!;
      const reductions = codestream.levels - resolution;
      const across = halved(halved(codestream.width, reductions), width);
      const down = halved(halved(codestream.height, reductions), height);
      if (precincts.length + across * down > mostPrecincts) return undefined;
      const bands = subbandsOf(codestream, component, resolution);
      for (let number = 0; number < across * down; number++) {
        const [column, row] = [number % across, Math.floor(number / across)];
        precincts.push({
          component,
          resolution,
          number,
          x: column * 2 ** (width + reductions),
          y: row * 2 ** (height + reductions),
          bands: bands.map((band) => precinctBandOf(codestream, band, column, row)),
        });
      }
    }
  }
  return precincts;
}

function subbandsOf(codestream: Codestream, component: number, resolution: number): readonly Subband[] {
  const reductions = codestream.levels - resolution;
  const width = halved(codestream.width, reductions);
  const height = halved(codestream.height, reductions);
  const shared = { component, resolution };
  if (resolution === 0) return [{ orientation: 'LL', width, height, planes: codestream.planes[0]!, ...shared }];
  const low = { width: halved(width, 1), height: halved(height, 1) };
  const high = { width: width - low.width, height: height - low.height };
  const [first, second, third] = codestream.planes.slice(3 * resolution - 2) as [number, number, number];
  return [
    { orientation: 'HL', width: high.width, height: low.height, planes: first, ...shared },
    { orientation: 'LH', width: low.width, height: high.height, planes: second, ...shared },
    { orientation: 'HH', width: high.width, height: high.height, planes: third, ...shared },
  ];
}

/** B.7: the code-blocks of a subband in a precinct, which are no larger than it. */
function precinctBandOf(codestream: Codestream, band: Subband, column: number, row: number): PrecinctBand {
  const { width, height } = codestream.precincts[band.resolution]!;
  const half = band.resolution === 0 ? 0 : 1;
  const extent = { width: 2 ** (width - half), height: 2 ** (height - half) };
  const side = {
    width: Math.min(2 ** codestream.codeBlock.width, extent.width),
    height: Math.min(2 ** codestream.codeBlock.height, extent.height),
  };
  const left = column * extent.width;
  const top = row * extent.height;
  const right = Math.min(band.width, left + extent.width);
  const bottom = Math.min(band.height, top + extent.height);
  const columns = Math.max(0, Math.ceil((right - left) / side.width));
  const rows = Math.max(0, Math.ceil((bottom - top) / side.height));
  const codeBlocks = Array.from({ length: columns * rows }, (_, number): CodeBlock => {
    const x = left + (number % columns) * side.width;
    const y = top + Math.floor(number / columns) * side.height;
    const size = { width: Math.min(side.width, right - x), height: Math.min(side.height, bottom - y) };
    return { x, y, ...size, band, pieces: [], passes: 0, lengthBits: 3 };
  });
  return {
    columns,
    codeBlocks,
    inclusion: new TagTree(columns, rows),
    zeroPlanes: new TagTree(columns, rows),
  };
}
