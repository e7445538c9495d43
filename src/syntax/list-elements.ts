/** An element of a comma-separated header field, with the column it begins at. */
export interface ListElement {
  readonly text: string;
  readonly at: number;
}

/**
 * The elements of a header field that its own grammar could not read, so that each can be tried by itself: parted at the
 * commas outside quoted strings, without the white space round them, empty ones left out. A quote that is never closed
 * holds everything behind it.
 */
export function listElements(field: string): readonly ListElement[] {
  const elements: ListElement[] = [];
  let first = 0;
  let quoted = false;
  const close = (end: number): void => {
    const text = field.slice(first, end).replace(/^[ \t]+|[ \t]+$/g, '');
    if (text !== '') elements.push({ text, at: field.indexOf(text, first) });
  };
  for (let at = 0; at < field.length; at++) {
    const character = field[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === ',') {
      close(at);
      first = at + 1;
    }
  }
  close(field.length);
  return elements;
}
