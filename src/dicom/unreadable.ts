/** Why octets could not be read as a DICOM object. */
export type UnreadableReason =
  /** Neither a Part 10 file nor a data set begins there. */
  | 'not-dicom'
  /** The octets end before what they announced. */
  | 'truncated'
  /** The octets contradict PS3.5. */
  | 'malformed'
  /** More nesting, elements or inflated octets than are read. */
  | 'too-large'
  /** The data set cannot be inflated. */
  | 'deflate';

/** A located failure to read. */
export interface Unreadable {
  readonly ok: false;
  readonly reason: UnreadableReason;
  /** Offset in octets. */
  readonly at: number;
  /** A sentence for the person who sent it. */
  readonly detail: string;
}

export function unreadable(reason: UnreadableReason, at: number, detail: string): Unreadable {
  return { ok: false, reason, at, detail };
}

/** A tag as the standard writes it: (0028,0010). */
export function formatTag(tag: number): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
