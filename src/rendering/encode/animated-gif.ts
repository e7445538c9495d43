/**
 * Joins GIF images of one size to an animated one, each with its own colour table, as they come.
 *
 * @param images complete GIF files of one image each
 * @param delayOf how long an image stands, in milliseconds; by number of the image, from 0
 */
export async function* animatedGif(
  images: AsyncIterable<Uint8Array>,
  delayOf: (image: number) => number,
): AsyncIterable<Uint8Array> {
  const delayInHundredths = hundredthsOf(delayOf);
  let number = 0;
  for await (const image of images) {
    const { screen, colorTable, descriptor, data } = readGif(image);
    if (number === 0) yield Buffer.concat([screenOf(screen), repeatForEver]);
    yield Buffer.concat([
      graphicControl(delayInHundredths(number)),
      withLocalTable(descriptor, colorTable),
      colorTable,
      data,
    ]);
    number++;
  }
  yield trailer;
}

const trailer = Buffer.from([0x3b]);

/** The application extension that browsers heed: 0 repetitions means without end. */
const repeatForEver = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00', 'latin1');

interface GifParts {
  readonly screen: Uint8Array;
  readonly colorTable: Uint8Array;
  readonly descriptor: Uint8Array;
  /** Code size and sub-blocks, the empty one included. */
  readonly data: Uint8Array;
}

/** The parts of a GIF file written here: any extensions before its one image are passed over. */
function readGif(gif: Uint8Array): GifParts {
  const screen = gif.subarray(6, 13);
  let at = 13;
  let colorTable = tableAfter(gif, at, gif[10]!);
  at += colorTable.length;
  while (gif[at] === 0x21) at = endOfSubBlocks(gif, at + 2);
  if (gif[at] !== 0x2c) throw new Error('There is no image in the GIF file.');
  const descriptor = gif.subarray(at, at + 10);
  at += 10;
  const ownTable = tableAfter(gif, at, descriptor[9]!);
  if (ownTable.length > 0) colorTable = ownTable;
  at += ownTable.length;
  return { screen, colorTable, descriptor, data: gif.subarray(at, endOfSubBlocks(gif, at + 1)) };
}

function tableAfter(gif: Uint8Array, at: number, flags: number): Uint8Array {
  return gif.subarray(at, at + ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1)));
}

function endOfSubBlocks(gif: Uint8Array, start: number): number {
  let at = start;
  while (at < gif.length && gif[at] !== 0) at += gif[at]! + 1;
  return at + 1;
}

/** Signature and screen descriptor without a global colour table. */
function screenOf(screen: Uint8Array): Uint8Array {
  const own = Uint8Array.from(screen);
  own[4] = own[4]! & 0x70;
  return Buffer.concat([Buffer.from('GIF89a', 'latin1'), own]);
}

/**
 * Delays in hundredths of a second, asked for in turn. What one loses by rounding the next ones get, so that thirty frames
 * of 33.3 ms last a second; browsers take less than two hundredths for ten.
 */
function hundredthsOf(delayOf: (image: number) => number): (image: number) => number {
  let elapsed = 0;
  let shown = 0;
  return (image) => {
    elapsed += delayOf(image) / 10;
    const delay = Math.max(2, Math.min(0xffff, Math.round(elapsed) - shown));
    shown += delay;
    return delay;
  };
}

/** @param delay in hundredths of a second */
function graphicControl(delay: number): Uint8Array {
  return Uint8Array.from([0x21, 0xf9, 4, 0x04, delay & 0xff, delay >> 8, 0, 0]);
}

function withLocalTable(descriptor: Uint8Array, colorTable: Uint8Array): Uint8Array {
  const own = Uint8Array.from(descriptor);
  own[9] = (own[9]! & 0x40) | 0x80 | (Math.log2(colorTable.length / 3) - 1);
  return own;
}
