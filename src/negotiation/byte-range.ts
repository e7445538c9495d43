/** Bytes [start, end) of a representation. */
export interface RequestedRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The single range of bytes that a Range header field asks for.
 *
 * @returns undefined to send the whole: no Range, several ranges, another unit, or a value that is malformed;
 *   'unsatisfiable' if the range begins after the end
 * RFC 9110 14.1.2, 14.2.
 */
export function requestedRange(
  range: string | undefined,
  length: number,
): RequestedRange | 'unsatisfiable' | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || length === 0 ? 'unsatisfiable' : { start: Math.max(0, length - suffix), end: length };
  }
  const start = Number(match[1]);
  const last = match[2] === '' ? length - 1 : Number(match[2]);
  if (match[2] !== '' && last < start) return undefined;
  return start >= length ? 'unsatisfiable' : { start, end: Math.min(last + 1, length) };
}
