import { Tag } from '../../generated/dictionary.ts';
import type { PixelFrame } from '../codecs/pixel-frame.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { descriptorOf, entriesOf, wordsOf } from './lookup-table.ts';
import { storedValue, storedValueFormatOf } from './stored-value.ts';

/** One channel of a palette, its entries brought to eight bits (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6). */
export interface PaletteChannel {
  readonly firstMapped: number;
  readonly entries: Uint8Array;
}

export type Palette = readonly [red: PaletteChannel, green: PaletteChannel, blue: PaletteChannel];

interface ChannelTags {
  readonly descriptor: number;
  readonly data: number;
  readonly segmentedData: number;
}

const channels: readonly [ChannelTags, ChannelTags, ChannelTags] = [
  {
    descriptor: Tag.RedPaletteColorLookupTableDescriptor,
    data: Tag.RedPaletteColorLookupTableData,
    segmentedData: Tag.SegmentedRedPaletteColorLookupTableData,
  },
  {
    descriptor: Tag.GreenPaletteColorLookupTableDescriptor,
    data: Tag.GreenPaletteColorLookupTableData,
    segmentedData: Tag.SegmentedGreenPaletteColorLookupTableData,
  },
  {
    descriptor: Tag.BluePaletteColorLookupTableDescriptor,
    data: Tag.BluePaletteColorLookupTableData,
    segmentedData: Tag.SegmentedBluePaletteColorLookupTableData,
  },
];

/**
 * The palette of a PALETTE COLOR image.
 *
 * @throws OriginServerError `not-renderable` if a channel is missing or its segments lead nowhere
 */
export function paletteOf(dataSet: DataSet): Palette {
  const [red, green, blue] = channels;
  return [channelOf(dataSet, red), channelOf(dataSet, green), channelOf(dataSet, blue)];
}

function channelOf(dataSet: DataSet, tags: ChannelTags): PaletteChannel {
  const [count, first, bits] = descriptorOf(dataSet, tags.descriptor);
  if (count === undefined || first === undefined || bits === undefined) {
    throw originServerError('not-renderable', 'The PALETTE COLOR image has no complete palette.');
  }
  const length = count === 0 ? 65536 : count;
  const data = dataSet.bytes(tags.data);
  const segmentedData = dataSet.bytes(tags.segmentedData);
  const entries =
    data !== undefined
      ? entriesOf(data, length, dataSet.bigEndian)
      : expandSegments(segmentedWords(segmentedData, bits, dataSet.bigEndian), length, bits === 8 ? 1 : 2);
  if (entries.length === 0) throw originServerError('not-renderable', 'The palette of the image is empty.');
  const isSigned = dataSet.number(Tag.PixelRepresentation) === 1;
  return { firstMapped: isSigned && first >= 0x8000 ? first - 0x10000 : first, entries: toEightBits(entries, bits) };
}

/** Segmented data are octets or words, as the entries that they describe (PS3.3 C.7.9.2). */
function segmentedWords(data: Uint8Array | undefined, bits: number, isBigEndian: boolean): Uint16Array {
  if (data === undefined) throw originServerError('not-renderable', 'The PALETTE COLOR image has no palette data.');
  return bits === 8 ? entriesOf(data, data.length, isBigEndian) : wordsOf(data, isBigEndian);
}

/** Sixteen bits keep their high octet, whether a sender scaled by 256 or by 257; files that use the low one alone keep that. */
function toEightBits(entries: Uint16Array, bits: number): Uint8Array {
  const usesHighOctet = bits > 8 && entries.some((entry) => entry > 0xff);
  return Uint8Array.from(entries, (entry) => (usesHighOctet ? entry >> 8 : entry));
}

/** Far more than a palette of 65536 entries has, those that are copied included. */
const mostSegments = 1 << 18;

const segmentKind = { discrete: 0, linear: 1, indirect: 2 } as const;

/**
 * Expands Segmented Palette Color Lookup Table Data (PS3.3 C.7.9.2).
 *
 * @param length number of entries that the descriptor promises; no more are written
 * @param octets of a word of the data, as it is of an entry
 * @throws OriginServerError `not-renderable` if a segment runs past the data, or an indirect one names another
 */
export function expandSegments(words: Uint16Array, length: number, octets: 1 | 2 = 2): Uint16Array {
  const entries = new Uint16Array(length);
  const starts = new Set<number>();
  let expanded = 0;
  let filled = 0;
  const put = (value: number): void => {
    if (filled < length) entries[filled++] = value;
  };

  /** Writes the segment at `at` and gives the position after it. */
  const expand = (at: number, isReferenced: boolean): number => {
    const kind = words[at];
    const count = words[at + 1];
    if (kind === undefined || count === undefined || ++expanded > mostSegments) throw brokenSegments();
    if (kind === segmentKind.discrete) {
      if (at + 2 + count > words.length) throw brokenSegments();
      for (let i = 0; i < count; i++) put(words[at + 2 + i]!);
      return at + 2 + count;
    }
    if (kind === segmentKind.linear) {
      const end = words[at + 2];
      if (end === undefined || filled === 0) throw brokenSegments();
      const start = entries[filled - 1]!;
      for (let i = 1; i <= count; i++) put(Math.round(start + ((end - start) * i) / count));
      return at + 3;
    }
    if (kind !== segmentKind.indirect || isReferenced) throw brokenSegments();
    const end = at + 2 + 4 / octets;
    if (end > words.length) throw brokenSegments();
    // Least significant first, whether in words of sixteen bits or in octets.
    const offset = words.subarray(at + 2, end).reduceRight((sum, word) => sum * 256 ** octets + word, 0);
    for (let i = 0, target = segmentAt(offset); i < count; i++) target = expand(target, true);
    return end;
  };

  /** Where the segment is that an offset in octets leads to; many writers count words instead, as many readers do. */
  const segmentAt = (offset: number): number => {
    const found = [offset / octets, offset].find((at) => starts.has(at));
    if (found === undefined) throw brokenSegments();
    return found;
  };

  // The loop ends with the table, so a pad octet after the last segment is not read as another.
  for (let at = 0; at < words.length && filled < length; ) {
    const next = expand(at, false);
    starts.add(at);
    at = next;
  }
  return entries.subarray(0, filled);
}

function brokenSegments() {
  return originServerError('not-renderable', 'The segmented palette of the image is broken.');
}

/** Colours of a PALETTE COLOR frame, R G B by pixel; indices outside the palette take its nearest end. */
export function renderPaletteColor(frame: PixelFrame, palette: Palette): Uint8Array {
  const { samples } = frame;
  const format = storedValueFormatOf(frame);
  const patterns = 2 ** format.BitsStored;
  const colors = new Uint8Array(samples.length * 3);
  for (let channel = 0; channel < 3; channel++) {
    const { firstMapped, entries } = palette[channel as 0 | 1 | 2];
    const last = entries.length - 1;
    const entryFor = (stored: number): number => entries[Math.max(0, Math.min(last, stored - firstMapped))]!;
    if (patterns > 65536) {
      for (let i = 0; i < samples.length; i++) colors[3 * i + channel] = entryFor(storedValue(samples[i]!, format));
      continue;
    }
    const low = format.HighBit + 1 - format.BitsStored;
    const mask = patterns - 1;
    const table = Uint8Array.from({ length: patterns }, (_, pattern) => entryFor(storedValue(pattern << low, format)));
    for (let i = 0; i < samples.length; i++) colors[3 * i + channel] = table[(samples[i]! >> low) & mask]!;
  }
  return colors;
}

/** Values of Pixel Presentation with which a grayscale image has a supplemental palette (PS3.3 C.8.16.2.1.1.2). */
const withSupplementalPalette: ReadonlySet<string> = new Set(['COLOR', 'MIXED']);

/**
 * The Supplemental Palette Color Lookup Table of a grayscale image: stored values from its first entry on are colours.
 * PS3.3 C.7.6.19, C.8.16.2.1.1.2.
 *
 * @returns undefined where there is none
 */
export function supplementalPaletteOf(dataSet: DataSet): Palette | undefined {
  if (!withSupplementalPalette.has(dataSet.text(Tag.PixelPresentation) ?? '')) return undefined;
  const isComplete = channels.every(
    ({ descriptor, data, segmentedData }) =>
      dataSet.has(descriptor) && (dataSet.has(data) || dataSet.has(segmentedData)),
  );
  return isComplete ? paletteOf(dataSet) : undefined;
}

/** A grayscale frame, R G B by pixel: colours from the first value that the palette maps, below it the grey given. */
export function renderSupplementalPalette(frame: PixelFrame, palette: Palette, gray: Uint8Array): Uint8Array {
  const colors = renderPaletteColor(frame, palette);
  const format = storedValueFormatOf(frame);
  const [{ firstMapped }] = palette;
  for (let i = 0; i < gray.length; i++) {
    if (storedValue(frame.samples[i]!, format) < firstMapped) colors.fill(gray[i]!, 3 * i, 3 * i + 3);
  }
  return colors;
}
