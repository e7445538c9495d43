import sharp from 'sharp';
import type { RenderedImage } from '../rendered-image.ts';

/**
 * Encodes an image as image/gif (GIF89a). Grey is exact: its 256 levels are the colour table. Colours are reduced to the
 * 256 that fit the image best.
 *
 * @requirement R-001-074
 */
export async function encodeGif(image: RenderedImage): Promise<Uint8Array> {
  const { width, height, channels, pixels } = image;
  if (channels === 1) return encodeGrayGif(image);
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false }).gif({ effort: 1 }).toBuffer();
}

function encodeGrayGif({ width, height, pixels }: RenderedImage): Uint8Array {
  const data = compress(pixels);
  const header = Buffer.alloc(13 + 768 + 10);
  header.write('GIF89a', 'latin1');
  header.writeUInt16LE(width, 6);
  header.writeUInt16LE(height, 8);
  header[10] = 0xf7; // global colour table of 256 entries, 8 bits a primary colour
  for (let gray = 0; gray < 256; gray++) header.fill(gray, 13 + 3 * gray, 16 + 3 * gray);
  header[781] = 0x2c; // image descriptor at 0, 0, without a colour table of its own
  header.writeUInt16LE(width, 786);
  header.writeUInt16LE(height, 788);
  return Buffer.concat([header, data, Buffer.from([0x3b])]);
}

const codeSize = 8;
const clearCode = 1 << codeSize;
const endCode = clearCode + 1;
const longestTable = 4096;

/**
 * The code of a string and one more pixel, under (code of the string) * 256 + pixel; 0 where there is none yet. One for all
 * images: two megabytes for each frame of a cine would wait for the collector, and are what its memory grows by.
 */
const successors = new Uint16Array(longestTable * 256);

/** Table-based image data: code size, then variable-length-code LZW in sub-blocks (GIF89a, 22 and appendix F). */
function compress(pixels: Uint8Array): Uint8Array {
  const writer = new SubBlockWriter(pixels.length);
  successors.fill(0);
  let width = codeSize + 1;
  let next = endCode + 1;
  writer.write(clearCode, width);
  let prefix = pixels[0] ?? 0;
  for (let i = 1; i < pixels.length; i++) {
    const key = (prefix << 8) | pixels[i]!;
    const known = successors[key]!;
    if (known !== 0) {
      prefix = known;
      continue;
    }
    writer.write(prefix, width);
    prefix = pixels[i]!;
    if (next < longestTable) {
      successors[key] = next;
      if (next === 1 << width) width++;
      next++;
    } else {
      writer.write(clearCode, width);
      successors.fill(0);
      width = codeSize + 1;
      next = endCode + 1;
    }
  }
  writer.write(prefix, width);
  // The decoder adds an entry for the last code as well, and may need one more bit from here on.
  if (next === 1 << width && width < 12) width++;
  writer.write(endCode, width);
  return writer.finish();
}

/** Packs codes, least significant bit first, into sub-blocks of up to 255 octets that carry their length. */
class SubBlockWriter {
  #octets: Uint8Array;
  #length = 2;
  #blockStart = 1;
  #bits = 0;
  #bitCount = 0;

  constructor(pixelCount: number) {
    this.#octets = new Uint8Array(Math.max(1024, pixelCount));
    this.#octets[0] = codeSize;
  }

  write(code: number, width: number): void {
    this.#bits |= code << this.#bitCount;
    this.#bitCount += width;
    while (this.#bitCount >= 8) {
      this.#put(this.#bits & 0xff);
      this.#bits >>>= 8;
      this.#bitCount -= 8;
    }
  }

  finish(): Uint8Array {
    if (this.#bitCount > 0) this.#put(this.#bits & 0xff);
    this.#closeBlock();
    this.#octets[this.#blockStart] = 0; // the empty sub-block that ends the data
    return this.#octets.subarray(0, this.#blockStart + 1);
  }

  #put(octet: number): void {
    if (this.#length + 2 > this.#octets.length) this.#grow();
    this.#octets[this.#length++] = octet;
    if (this.#length - this.#blockStart === 256) this.#closeBlock();
  }

  #closeBlock(): void {
    const size = this.#length - this.#blockStart - 1;
    if (size === 0) return;
    this.#octets[this.#blockStart] = size;
    this.#blockStart = this.#length++;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#octets.length * 2);
    larger.set(this.#octets);
    this.#octets = larger;
  }
}
