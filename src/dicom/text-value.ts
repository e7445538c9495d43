import type { VR } from '../../generated/dictionary.ts';

/** VRs in which a backslash is text and the value field one value (PS3.5 Table 6.2-1). */
const singleValued: ReadonlySet<VR> = new Set<VR>(['ST', 'LT', 'UT', 'UR']);

/** VRs in which leading spaces are as insignificant as trailing ones; elsewhere they are kept as written. */
const leadingSpacesInsignificant: ReadonlySet<VR> = new Set<VR>(['AE', 'CS', 'DS', 'IS']);

/**
 * The values of a decoded character string value field, without the padding (PS3.5 6.2).
 *
 * Trailing spaces and NULs are padding in every VR. A field of nothing else has no value.
 */
export function textValuesOf(text: string, vr: VR): readonly string[] {
  const values = singleValued.has(vr) || !text.includes('\\') ? [text] : text.split('\\');
  const trimmed = values.map((value) => withoutPadding(value, leadingSpacesInsignificant.has(vr)));
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}

function withoutPadding(value: string, leading: boolean): string {
  let end = value.length;
  while (end > 0 && isPadding(value.charCodeAt(end - 1))) end--;
  let start = 0;
  if (leading) while (start < end && value.charCodeAt(start) === 0x20) start++;
  return value.slice(start, end);
}

function isPadding(codeUnit: number): boolean {
  return codeUnit === 0x20 || codeUnit === 0;
}
