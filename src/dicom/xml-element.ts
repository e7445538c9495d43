/** An element of an XML document, its namespace prefix left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly in it. */
  readonly text: string;
  /** Offset in the document, for messages. */
  readonly at: number;
}

export type ParsedXml =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly at: number; readonly message: string };

/** Deepest nesting of elements: sequences of 64 levels, two elements each, and what is around and in them. */
const maximumDepth = 192;

/**
 * Parses an XML 1.0 document of elements, attributes, character data, CDATA sections, comments and processing instructions.
 *
 * A document type declaration is refused, and with it every entity but the predefined ones: nothing in a document can
 * grow or be fetched.
 */
export function parseXml(document: string): ParsedXml {
  try {
    return { ok: true, root: readDocument({ document, at: document.startsWith('\ufeff') ? 1 : 0 }) };
  } catch (error) {
    if (error instanceof XmlError) return { ok: false, at: error.at, message: error.message };
    throw error;
  }
}

class XmlError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

interface Cursor {
  readonly document: string;
  at: number;
}

interface OpenElement {
  readonly name: string;
  readonly qualifiedName: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly texts: string[];
  readonly at: number;
}

function readDocument(cursor: Cursor): XmlElement {
  skipMisc(cursor);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  while (root === undefined) {
    const closed = cursor.document.startsWith('</', cursor.at) ? readEndTag(cursor, open) : readStartTag(cursor, open);
    if (closed !== undefined) {
      const parent = open.at(-1);
      if (parent === undefined) root = closed;
      else parent.children.push(closed);
    }
    if (root === undefined) readContent(cursor, open.at(-1)!);
  }
  skipMisc(cursor);
  if (cursor.at < cursor.document.length) throw new XmlError(cursor.at, 'Nothing may follow the root element.');
  return root;
}

const nameStart = String.raw`[:A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD]`;
const nameRest = String.raw`[-.0-9\u00B7\u0300-\u036F\u203F\u2040:A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD]*`;
const name = new RegExp(nameStart + nameRest, 'y');
const equals = /[ \t\r\n]*=[ \t\r\n]*/y;
const attributeValue = /"[^"<]*"|'[^'<]*'/y;
const whiteSpace = /[ \t\r\n]*/y;

/** Matches a sticky expression at the cursor and moves past it. */
function take(cursor: Cursor, expression: RegExp): string | undefined {
  expression.lastIndex = cursor.at;
  const match = expression.exec(cursor.document)?.[0];
  if (match !== undefined) cursor.at += match.length;
  return match;
}

function expect(cursor: Cursor, expression: RegExp, what: string): string {
  const match = take(cursor, expression);
  if (match === undefined) throw new XmlError(cursor.at, `${what} was expected.`);
  return match;
}

/** Reads a start tag; gives the element if the tag is that of an empty element. */
function readStartTag(cursor: Cursor, open: OpenElement[]): XmlElement | undefined {
  const { at } = cursor;
  expect(cursor, /</y, 'The start of an element');
  const qualifiedName = expect(cursor, name, 'The name of an element');
  const attributes = new Map<string, string>();
  for (;;) {
    const space = take(cursor, whiteSpace);
    if (take(cursor, /\/>/y) !== undefined) {
      return { name: localName(qualifiedName), attributes, children: [], text: '', at };
    }
    if (take(cursor, />/y) !== undefined) break;
    if (space === '') throw new XmlError(cursor.at, 'White space or the end of the tag was expected.');
    const attribute = expect(cursor, name, 'The name of an attribute');
    expect(cursor, equals, '"="');
    const start = cursor.at + 1;
    const value = expect(cursor, attributeValue, 'A quoted attribute value');
    if (attributes.has(attribute)) throw new XmlError(start, `The attribute ${attribute} stands there twice.`);
    attributes.set(attribute, characterData(value.slice(1, -1).replace(/[\t\r\n]/g, ' '), start));
  }
  if (open.length >= maximumDepth) throw new XmlError(at, `Elements are nested deeper than ${maximumDepth}.`);
  open.push({ name: localName(qualifiedName), qualifiedName, attributes, children: [], texts: [], at });
  return undefined;
}

function readEndTag(cursor: Cursor, open: OpenElement[]): XmlElement {
  const { at } = cursor;
  cursor.at += 2;
  const qualifiedName = expect(cursor, name, 'The name of an element');
  expect(cursor, /[ \t\r\n]*>/y, '">"');
  const element = open.pop();
  if (element?.qualifiedName !== qualifiedName) {
    throw new XmlError(at, `The end tag ${qualifiedName} does not match ${element?.qualifiedName ?? 'any start tag'}.`);
  }
  const { name: local, attributes, children, texts, at: start } = element;
  return { name: local, attributes, children, text: texts.join(''), at: start };
}

/** Reads character data, CDATA sections, comments and processing instructions up to the next tag. */
function readContent(cursor: Cursor, element: OpenElement): void {
  const { document } = cursor;
  for (;;) {
    const next = document.indexOf('<', cursor.at);
    if (next < 0) throw new XmlError(document.length, `The element ${element.qualifiedName} is not closed.`);
    if (next > cursor.at) {
      const text = document.slice(cursor.at, next);
      if (text.includes(']]>')) throw new XmlError(cursor.at, 'Character data may not contain "]]>".');
      element.texts.push(characterData(lineEnds(text), cursor.at));
      cursor.at = next;
    }
    if (document.startsWith('<![CDATA[', cursor.at)) {
      const start = cursor.at + 9;
      cursor.at = endOf(cursor, ']]>', 'CDATA section');
      const text = lineEnds(document.slice(start, cursor.at - 3));
      checkCharacters(text, start);
      element.texts.push(text);
    } else if (!skipMarkup(cursor)) return;
  }
}

/** Skips a comment or a processing instruction. */
function skipMarkup(cursor: Cursor): boolean {
  if (cursor.document.startsWith('<!--', cursor.at)) cursor.at = endOf(cursor, '-->', 'comment');
  else if (cursor.document.startsWith('<?', cursor.at)) cursor.at = endOf(cursor, '?>', 'processing instruction');
  else if (cursor.document.startsWith('<!', cursor.at)) {
    throw new XmlError(cursor.at, 'A document type declaration is not allowed.');
  } else return false;
  return true;
}

function skipMisc(cursor: Cursor): void {
  do take(cursor, whiteSpace);
  while (skipMarkup(cursor));
}

function endOf(cursor: Cursor, terminator: string, what: string): number {
  const end = cursor.document.indexOf(terminator, cursor.at);
  if (end < 0) throw new XmlError(cursor.at, `The ${what} is not closed.`);
  return end + terminator.length;
}

/** XML 1.0 2.11: a carriage return that is not written as a reference is a line feed. */
function lineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function characterData(text: string, at: number): string {
  checkCharacters(text, at);
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,32};)?/g, (reference, body: string | undefined, offset: number) => {
    const entity = body?.slice(0, -1) ?? '';
    const digits = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(entity);
    const codePoint = digits && (digits[1] ? Number.parseInt(digits[1], 16) : Number(digits[2]));
    const character =
      codePoint !== null && codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : predefined[entity];
    if (character === undefined || illegalCharacter.test(character)) {
      throw new XmlError(at + offset, `${reference} is no reference to a character.`);
    }
    return character;
  });
}

function checkCharacters(text: string, at: number): void {
  const index = text.search(illegalCharacter);
  if (index >= 0) throw new XmlError(at + index, 'This character is not allowed in XML.');
}

/** What XML 1.0 2.2 does not count as a character. */
const illegalCharacter = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** Text with what XML cannot hold as U+FFFD, and with markup as references; a carriage return survives as one. */
export function escapeXml(text: string): string {
  if (!/[^\t\n -%'-;=?-\ud7ff\ue000-\ufffd]/.test(text)) return text;
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text as {@link escapeXml} writes it, for an attribute value, where white space needs references too. */
export function escapeXmlAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function localName(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.lastIndexOf(':') + 1);
}
