import type { DataSet } from '../../dicom/data-set.ts';
import type { GraphicObject, Point } from './graphic-annotation.ts';
import { plainLine } from './graphic-style.ts';

/** Elements of a group 50xx (retired, PS3.3-2004 C.10.2, C.11.7). */
const element = {
  CurveDimensions: 0x0005,
  TypeOfData: 0x0020,
  DataValueRepresentation: 0x0103,
  CurveActivationLayer: 0x1001,
  CurveData: 0x3000,
} as const;

/** A curve and the layer that it is shown in. */
export interface ActiveCurve {
  readonly layer: string;
  readonly graphic: GraphicObject;
}

type Reader = readonly [octets: number, read: (view: DataView, at: number, isLittleEndian: boolean) => number];

/** Data Value Representation: how each coordinate is written. */
const readers: readonly Reader[] = [
  [2, (view, at, little) => view.getUint16(at, little)],
  [2, (view, at, little) => view.getInt16(at, little)],
  [4, (view, at, little) => view.getFloat32(at, little)],
  [8, (view, at, little) => view.getFloat64(at, little)],
  [4, (view, at, little) => view.getInt32(at, little)],
];

/**
 * The curves that a Presentation State shows: regions and polylines of two dimensions.
 *
 * @param image holds the curves that the Presentation State does not have itself
 */
export function activeCurvesOf(presentationState: DataSet, image: DataSet): readonly ActiveCurve[] {
  const curves: ActiveCurve[] = [];
  for (let group = 0x5000; group <= 0x501e; group += 2) {
    const base = group * 0x10000;
    const layer = presentationState.text(base + element.CurveActivationLayer);
    const holder = presentationState.has(base + element.CurveData) ? presentationState : image;
    const points = layer === undefined ? [] : pointsOf(holder, base);
    if (layer === undefined || points.length < 2) continue;
    curves.push({
      layer,
      graphic: {
        type: 'POLYLINE',
        units: 'PIXEL',
        points,
        isFilled: false,
        line: plainLine,
        fill: undefined,
      },
    });
  }
  return curves;
}

function pointsOf(holder: DataSet, base: number): readonly Point[] {
  const type = holder.text(base + element.TypeOfData);
  const data = holder.bytes(base + element.CurveData);
  const reader = readers[holder.number(base + element.DataValueRepresentation) ?? 0];
  if ((type !== 'POLY' && type !== 'ROI') || data === undefined || reader === undefined) return [];
  if (holder.number(base + element.CurveDimensions) !== 2) return [];
  const [octets, read] = reader;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const points: Point[] = [];
  for (let at = 0; at + 2 * octets <= data.length; at += 2 * octets) {
    // Curves count pixels from 1, at their middle.
    const x = read(view, at, !holder.bigEndian) - 0.5;
    const y = read(view, at + octets, !holder.bigEndian) - 0.5;
    if (Number.isFinite(x) && Number.isFinite(y)) points.push([x, y]);
  }
  return points;
}
