/** Start of a codestream: SOC, and SIZ right after it (ISO/IEC 15444-1 A.2). */
const start = Uint8Array.of(0xff, 0x4f, 0xff, 0x51);

/** Where, from the start on, SIZ counts the components, and where it describes the first, in three octets each (A.5.1). */
const componentCountAt = 40;
const firstComponentAt = 42;

const signBit = 0x80;

/** A codestream that decoders of eight bits read right, and what its samples are too great by. */
export interface UnsignedCodestream {
  readonly codestream: Uint8Array;
  readonly lift: number;
}

/**
 * The libraries that decode JPEG 2000 cut signed samples of eight bits or fewer off at zero. The same codestream with its
 * components declared unsigned decodes to the same samples, lifted by half of their range (ISO/IEC 15444-1 G.1).
 *
 * @returns a copy with the signs gone where all components are so, else the codestream as it is, with no lift
 */
export function withoutShortSigns(encoded: Uint8Array): UnsignedCodestream {
  const asItIs = { codestream: encoded, lift: 0 };
  const octets = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length);
  const at = octets.indexOf(start);
  if (at < 0 || octets.length < at + firstComponentAt) return asItIs;
  const first = at + firstComponentAt;
  const count = octets.readUInt16BE(at + componentCountAt);
  const description = octets[first];
  if (description === undefined || description < signBit || description > signBit + 7) return asItIs;
  const unsigned = Uint8Array.from(encoded);
  for (let component = first; component < first + 3 * count; component += 3) {
    if (octets[component] !== description) return asItIs;
    unsigned[component] = description - signBit;
  }
  return { codestream: unsigned, lift: 2 ** (description - signBit) };
}

/** Takes the lift off the samples again, in place; what is negative comes out as two's complement. */
export function lower(octets: Uint8Array, lift: number): void {
  if (lift === 0) return;
  for (let i = 0; i < octets.length; i++) octets[i]! -= lift;
}

/** Raises two's complement samples of a precision of eight bits or less to unsigned ones, as a copy. */
export function raised(octets: Uint8Array, precision: number): Uint8Array {
  const lift = 2 ** (precision - 1);
  return Uint8Array.from(octets, (octet) => (octet + lift) & 0xff);
}

/** Declares the components of a codestream signed, in place: the inverse of {@link withoutShortSigns}. */
export function declareSigned(codestream: Uint8Array): Uint8Array {
  const octets = Buffer.from(codestream.buffer, codestream.byteOffset, codestream.length);
  const at = octets.indexOf(start);
  const end = at + firstComponentAt + 3 * octets.readUInt16BE(at + componentCountAt);
  for (let component = at + firstComponentAt; component < end; component += 3) octets[component]! |= signBit;
  return codestream;
}
