import * as rendering from '../../generated/parsers/rendering.js';
import type { Parsed } from './parsed.ts';
import { read } from './read.ts';
import { longestRenderingParameter, numberOf } from './rendering-parameter.ts';

/** Part of the source image, in pixels; what is undefined was left out. A negative width or height flips the image. */
export interface SourceRegion {
  readonly sx?: number;
  readonly sy?: number;
  readonly sw?: number;
  readonly sh?: number;
}

export interface Viewport {
  /** Width in pixels, positive. */
  readonly vw: number;
  /** Height in pixels, positive. */
  readonly vh: number;
  /** There if any value follows vh. */
  readonly region?: SourceRegion;
}

const regionValues = ['sx', 'sy', 'sw', 'sh'] as const;

/**
 * Reads the value of the viewport parameter (PS3.18 Sup174 6.5.8.1.2.3). The defaults of what is left out depend on the
 * image, so they are not set here.
 *
 * @requirement R-001-306
 * @requirement R-001-307
 * @requirement R-001-320
 * @requirement R-001-321
 * @requirement R-001-324
 */
export function parseViewport(value: string): Parsed<Viewport> {
  const tree = read(rendering, 'viewport_value', 'viewport', value, longestRenderingParameter);
  if (!tree.ok) return tree;
  const [vw, vh] = [numberOf(tree.value, 'vw') ?? 0, numberOf(tree.value, 'vh') ?? 0];
  const region = tree.value.children.find((child) => child.rule === 'region');
  return { ok: true, value: region === undefined ? { vw, vh } : { vw, vh, region: regionOf(region) } };
}

function regionOf(node: rendering.Node): SourceRegion {
  const given = regionValues.flatMap((name) => {
    const value = numberOf(node, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/**
 * Writes a viewport as the value of its parameter, without trailing commas.
 *
 * @requirement R-001-324
 */
export function formatViewport({ vw, vh, region = {} }: Viewport): string {
  const values = [vw, vh, ...regionValues.map((name) => region[name] ?? '')];
  return values.join(',').replace(/,+$/, '');
}
