/** X Y Z of the primary colours of sRGB under D50 (IEC 61966-2-1, adapted). */
const primaries = {
  red: [0.43607, 0.22249, 0.01392],
  green: [0.38515, 0.71687, 0.09708],
  blue: [0.14307, 0.06061, 0.7141],
};
type Primary = keyof typeof primaries;

/** A display profile (ICC.1, version 2) of three primary colours and one gamma. */
export function displayProfile(red: Primary, green: Primary, blue: Primary, gamma = 2.2): Uint8Array {
  const fixed = (values: readonly number[]): Buffer => {
    const octets = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) octets.writeInt32BE(Math.round(value * 65536), i * 4);
    return octets;
  };
  const xyz = (values: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(values)]);
  const curve = Buffer.concat([Buffer.from('curv\0\0\0\0\0\0\0\x01\0\0\0\0', 'latin1')]);
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const text = Buffer.from('text\0\0\0\0none\0\0\0\0', 'latin1');
  const desc = Buffer.alloc(104);
  desc.write('desc', 'latin1');
  desc.writeUInt32BE(5, 8);
  desc.write('test', 12, 'latin1');
  const tags: readonly (readonly [string, Buffer])[] = [
    ['desc', desc],
    ['cprt', text],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(primaries[red])],
    ['gXYZ', xyz(primaries[green])],
    ['bXYZ', xyz(primaries[blue])],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  fixed([0.9642, 1, 0.8249]).copy(header, 68);
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  let at = 128 + table.length;
  for (const [i, [name, value]] of tags.entries()) {
    table.write(name, 4 + 12 * i, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * i);
    table.writeUInt32BE(value.length, 12 + 12 * i);
    at += value.length;
  }
  const profile = Buffer.concat([header, table, ...tags.map(([, value]) => value)]);
  profile.writeUInt32BE(profile.length, 0);
  return profile;
}
