/** A colour of the display: eight bits a channel, sRGB. */
export type DisplayColor = readonly [red: number, green: number, blue: number];

export const white: DisplayColor = [255, 255, 255];
export const black: DisplayColor = [0, 0, 0];

/** The reference white of the profile connection space (PS3.3 C.10.7.1.1): D50. */
const referenceWhite = [0.96422, 1, 0.82521] as const;

/** X Y Z relative to D50 to linear sRGB, adapted to D65 by the Bradford matrix. */
const toLinear = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

/**
 * sRGB of a PCS-Value: CIELab with L* over 0 to 100 and a*, b* over -128 to 127, each in sixteen bits (PS3.3 C.10.7.1.1).
 *
 * @returns undefined if there are not three values
 */
export function fromCIELab(values: readonly number[]): DisplayColor | undefined {
  const [l, a, b] = values;
  if (l === undefined || a === undefined || b === undefined) return undefined;
  const y = ((l * 100) / 65535 + 16) / 116;
  const x = y + ((a * 255) / 65535 - 128) / 500;
  const z = y - ((b * 255) / 65535 - 128) / 200;
  const xyz = [x, y, z].map((value, i) => cubed(value) * referenceWhite[i]!);
  const [red, green, blue] = toLinear.map((row) => companded(row.reduce((sum, m, i) => sum + m * xyz[i]!, 0)));
  return [red!, green!, blue!];
}

function cubed(value: number): number {
  return value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29);
}

function companded(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.max(0, Math.min(1, value)));
}

/** Grey of a P-Value of sixteen bits. */
export function fromPValue(value: number): DisplayColor {
  const level = Math.round((255 * Math.max(0, Math.min(65535, value))) / 65535);
  return [level, level, level];
}

export function isGray([red, green, blue]: DisplayColor): boolean {
  return red === green && green === blue;
}
