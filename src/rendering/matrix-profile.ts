/** A colour space of three primary colours and one gamma. */
export interface MatrixColorSpace {
  /** X Y Z of red, green and blue, adapted to D50. */
  readonly primaries: readonly [red: XYZ, green: XYZ, blue: XYZ];
  readonly gamma: number;
}

type XYZ = readonly [x: number, y: number, z: number];

const referenceWhite: XYZ = [0.9642, 1, 0.8249];
const headerLength = 128;
const tagLength = 12;

/** An ICC profile (ICC.1, version 2) of a colour space: what every reader of profiles needs, and no description. */
export function matrixProfile({ primaries: [red, green, blue], gamma }: MatrixColorSpace): Uint8Array {
  const curve = Buffer.from('curv\0\0\0\0\0\0\0\x01\0\0\0\0', 'latin1');
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const tags: readonly (readonly [signature: string, value: Buffer])[] = [
    ['wtpt', xyz(referenceWhite)],
    ['rXYZ', xyz(red)],
    ['gXYZ', xyz(green)],
    ['bXYZ', xyz(blue)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  fixed(referenceWhite).copy(header, 68);
  const table = Buffer.alloc(4 + tagLength * tags.length);
  table.writeUInt32BE(tags.length);
  let at = headerLength + table.length;
  for (const [i, [signature, value]] of tags.entries()) {
    table.write(signature, 4 + tagLength * i, 'latin1');
    table.writeUInt32BE(at, 8 + tagLength * i);
    table.writeUInt32BE(value.length, 12 + tagLength * i);
    at += value.length;
  }
  header.writeUInt32BE(at);
  return Buffer.concat([header, table, ...tags.map(([, value]) => value)]);
}

function xyz(values: XYZ): Buffer {
  return Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(values)]);
}

/** Numbers as s15Fixed16Number (ICC.1 4.6). */
function fixed(values: XYZ): Buffer {
  const octets = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) octets.writeInt32BE(Math.round(value * 65536), i * 4);
  return octets;
}
