/**
 * The elements of a header field that its own grammar could not read, so that each can be tried by itself: parted at the
 * commas outside quoted strings, without the white space round them, empty ones left out. A quote that is never closed
 * holds everything behind it.
 */
export function listElements(field: string): readonly string[] {
  const elements: string[] = [];
  let first = 0;
  let quoted = false;
  for (let at = 0; at < field.length; at++) {
    const character = field[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === ',') {
      elements.push(field.slice(first, at));
      first = at + 1;
    }
  }
  elements.push(field.slice(first));
  return elements.map((element) => element.trim()).filter((element) => element !== '');
}
