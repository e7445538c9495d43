import { keywordOf } from '../../generated/dictionary.ts';
import {
  type DicomJson,
  decimalOf,
  integerOf,
  type JsonAttribute,
  type JsonPersonName,
  type JsonValue,
  personNameGroups,
} from './json-model.ts';
import { escapeXml, escapeXmlAttribute, parseXml, type XmlElement } from './xml-element.ts';

export type ParsedXmlModel =
  | { readonly ok: true; readonly json: DicomJson }
  | { readonly ok: false; readonly at: number; readonly message: string };

const nativeNamespace = 'http://dicom.nema.org/PS3.19/models/NativeDICOM';

/** Components of a component group, in the order that "^" delimits them (PS3.5 6.2.1.1, PS3.19 A.1.5). */
const personNameComponents = ['FamilyName', 'GivenName', 'MiddleName', 'NamePrefix', 'NameSuffix'] as const;

/**
 * The Native DICOM Model of a data set (PS3.19 A.1).
 *
 * A character that XML 1.0 cannot hold, such as a form feed in a text, becomes U+FFFD. An empty value among others is an empty
 * Value element, so that the numbers of those after it stay.
 *
 * @requirement R-000-070
 */
export function toXmlModel(json: DicomJson): string {
  const attributes = attributesXml(json);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="${nativeNamespace}" xml:space="preserve">${attributes}</NativeDicomModel>\n`;
}

function attributesXml(json: DicomJson): string {
  const tags = Object.keys(json).sort();
  const blocks = reservedBlocks(json, tags);
  return tags
    .map((tag) => {
      const attribute = json[tag]!;
      const opening = `<DicomAttribute ${nameXml(json, tag, blocks)} vr="${attribute.vr}"`;
      const content = contentXml(attribute);
      return content === '' ? `${opening}/>` : `${opening}>${content}</DicomAttribute>`;
    })
    .join('');
}

/**
 * Tag and keyword of a standard attribute; of a private one its private creator, which takes the place of the block number in
 * the tag. A creator that reserved two blocks says nothing of the second: the tag then stays whole.
 */
function nameXml(json: DicomJson, tag: string, blocks: ReadonlyMap<string, string>): string {
  const [group, block, element] = [tag.slice(0, 4), tag.slice(4, 6), tag.slice(6)];
  if (!isPrivateGroup(group)) {
    const keyword = keywordOf(Number.parseInt(tag, 16));
    return keyword === undefined ? `tag="${tag}"` : `tag="${tag}" keyword="${keyword}"`;
  }
  const creator = block === '00' ? undefined : json[`${group}00${block}`]?.Value?.[0];
  if (typeof creator !== 'string') return `tag="${tag}"`;
  const written = blocks.get(group + creator) === block ? `${group}00${element}` : tag;
  return `tag="${written}" privateCreator="${escapeXmlAttribute(creator)}"`;
}

function isPrivateGroup(group: string): boolean {
  return Number.parseInt(group, 16) % 2 === 1;
}

/** The first block that each private creator reserves, by (gggg,0010) to (gggg,00FF); by group and creator (PS3.5 7.8.1). */
function reservedBlocks(json: DicomJson, tags: readonly string[]): Map<string, string> {
  const blocks = new Map<string, string>();
  for (const tag of tags) {
    const [group, element] = [tag.slice(0, 4), tag.slice(4)];
    if (!element.startsWith('00') || element < '0010' || !isPrivateGroup(group)) continue;
    const creator = json[tag]?.Value?.[0];
    if (typeof creator === 'string' && !blocks.has(group + creator)) blocks.set(group + creator, element.slice(2));
  }
  return blocks;
}

function contentXml({ vr, Value, BulkDataURI, InlineBinary }: JsonAttribute): string {
  if (BulkDataURI !== undefined) return `<BulkData uri="${escapeXmlAttribute(BulkDataURI)}"/>`;
  if (InlineBinary !== undefined) return `<InlineBinary>${InlineBinary}</InlineBinary>`;
  if (Value === undefined) return '';
  const [element, xmlOf] =
    vr === 'SQ' ? ['Item', itemXml] : vr === 'PN' ? ['PersonName', personNameXml] : ['Value', valueXml];
  return Value.map((value, i) => {
    const content = value === null ? '' : xmlOf(value);
    return content === '' ? `<${element} number="${i + 1}"/>` : `<${element} number="${i + 1}">${content}</${element}>`;
  }).join('');
}

function itemXml(value: JsonValue): string {
  return attributesXml(value as DicomJson);
}

function valueXml(value: JsonValue): string {
  return escapeXml(String(value));
}

function personNameXml(value: JsonValue): string {
  const name = value as JsonPersonName;
  return personNameGroups
    .filter((group) => name[group] !== undefined)
    .map((group) => `<${group}>${componentsXml(name[group]!)}</${group}>`)
    .join('');
}

function componentsXml(group: string): string {
  const components = group.split('^');
  const last = personNameComponents.length - 1;
  // A sixth component breaks the standard; it stays with the fifth.
  const texts =
    components.length > last ? [...components.slice(0, last), components.slice(last).join('^')] : components;
  return texts
    .map((text, i) => {
      const element = personNameComponents[i]!;
      return text === '' ? `<${element}/>` : `<${element}>${escapeXml(text)}</${element}>`;
    })
    .join('');
}

/**
 * Reads a Native DICOM Model into the DICOM JSON Model (PS3.19 A.1, PS3.18 F.2).
 *
 * Bulk data that is named by a UUID gets the URI of that UUID (RFC 9562 4). White space between elements is nothing.
 */
export function parseXmlModel(xml: string): ParsedXmlModel {
  const parsed = parseXml(xml);
  if (!parsed.ok) return parsed;
  const { root } = parsed;
  if (root.name !== 'NativeDicomModel') return misplaced(root, 'The root element has to be NativeDicomModel.');
  return dataSetOf(root);
}

/** How many values the numbers of one attribute may leave out as empty: a number alone is no reason to allocate. */
const maximumOmittedValues = 256;

type Misplaced = Extract<ParsedXmlModel, { readonly ok: false }>;

function misplaced(element: XmlElement, message: string): Misplaced {
  return { ok: false, at: element.at, message };
}

function dataSetOf(parent: XmlElement): ParsedXmlModel {
  const json: Record<string, JsonAttribute> = {};
  const withoutBlock: { element: XmlElement; tag: string; creator: string; attribute: JsonAttribute }[] = [];
  for (const element of parent.children) {
    if (element.name !== 'DicomAttribute')
      return misplaced(element, `${element.name} may not stand in ${parent.name}.`);
    const tag = element.attributes.get('tag')?.toUpperCase() ?? '';
    const vr = element.attributes.get('vr') ?? '';
    const creator = element.attributes.get('privateCreator');
    if (!/^[0-9A-F]{8}$/.test(tag))
      return misplaced(element, 'The attribute "tag" has to be eight hexadecimal digits.');
    if (!/^[A-Z]{2}$/.test(vr)) return misplaced(element, 'The attribute "vr" has to be a Value Representation.');
    const attribute = attributeOf(element, vr);
    if ('ok' in attribute) return attribute;
    if (creator !== undefined && tag.slice(4, 6) === '00') withoutBlock.push({ element, tag, creator, attribute });
    else if (json[tag] !== undefined) return misplaced(element, `${tag} stands there twice.`);
    else json[tag] = attribute;
  }
  const blocks = reservedBlocks(json, Object.keys(json).sort());
  for (const { element, tag, creator, attribute } of withoutBlock) {
    const group = tag.slice(0, 4);
    const block = blocks.get(group + creator) ?? reserveBlock(json, group, creator);
    if (block === undefined) return misplaced(element, `The group has no block left for ${creator}.`);
    blocks.set(group + creator, block);
    const whole = group + block + tag.slice(6);
    if (json[whole] !== undefined) return misplaced(element, `${whole} stands there twice.`);
    json[whole] = attribute;
  }
  return { ok: true, json };
}

/** Gives a private creator that has no element of its own the first free block of its group. */
function reserveBlock(json: Record<string, JsonAttribute>, group: string, creator: string): string | undefined {
  if (!isPrivateGroup(group)) return undefined;
  for (let block = 0x10; block <= 0xff; block++) {
    const digits = block.toString(16).toUpperCase();
    if (json[`${group}00${digits}`] !== undefined) continue;
    json[`${group}00${digits}`] = { vr: 'LO', Value: [creator] };
    return digits;
  }
  return undefined;
}

function attributeOf(element: XmlElement, vr: string): JsonAttribute | Misplaced {
  const { children } = element;
  const [first] = children;
  if (first === undefined) return { vr };
  if (first.name === 'BulkData' || first.name === 'InlineBinary') {
    if (children.length > 1) return misplaced(element, `${first.name} has to stand alone.`);
    if (first.name === 'InlineBinary') return { vr, InlineBinary: first.text.replace(/[ \t\r\n]/g, '') };
    const [uri, uuid] = [first.attributes.get('uri'), first.attributes.get('uuid')];
    if (uri !== undefined) return { vr, BulkDataURI: uri };
    return uuid === undefined
      ? misplaced(first, 'BulkData needs a uri or a uuid.')
      : { vr, BulkDataURI: `urn:uuid:${uuid}` };
  }
  const wanted = vr === 'SQ' ? 'Item' : vr === 'PN' ? 'PersonName' : 'Value';
  const Value: JsonValue[] = [];
  let omitted = 0;
  for (const child of children) {
    if (child.name !== wanted) return misplaced(child, `${child.name} may not stand in an attribute of VR ${vr}.`);
    const number = child.attributes.get('number') ?? '';
    omitted += Number(number) - 1 - Value.length;
    if (!/^[1-9][0-9]{0,8}$/.test(number) || Number(number) <= Value.length || omitted > maximumOmittedValues) {
      return misplaced(child, 'The attribute "number" has to count the values from 1.');
    }
    while (Value.length < Number(number) - 1) Value.push(vr === 'SQ' ? {} : null);
    if (vr === 'SQ') {
      const item = dataSetOf(child);
      if (!item.ok) return item;
      Value.push(item.json);
    } else Value.push(vr === 'PN' ? personNameOf(child) : readValue(child.text, vr));
  }
  return { vr, Value };
}

function personNameOf(element: XmlElement): JsonPersonName | null {
  const name: Record<string, string> = {};
  for (const group of element.children) {
    const texts: string[] = [];
    for (const component of group.children) {
      const index = (personNameComponents as readonly string[]).indexOf(component.name);
      if (index >= 0) texts[index] = component.text;
    }
    const text = Array.from(texts, (component) => component ?? '').join('^');
    if ((personNameGroups as readonly string[]).includes(group.name) && text !== '') name[group.name] = text;
  }
  return Object.keys(name).length === 0 ? null : name;
}

const numberVRs: ReadonlySet<string> = new Set(['FL', 'FD', 'SL', 'SS', 'UL', 'US']);
const longIntegerVRs: ReadonlySet<string> = new Set(['SV', 'UV']);

function readValue(text: string, vr: string): JsonValue {
  if (text === '') return null;
  if (vr === 'IS') return integerOf(text.trim());
  if (vr === 'DS' || numberVRs.has(vr)) return decimalOf(text.trim());
  if (longIntegerVRs.has(vr)) return Number.isSafeInteger(Number(text)) ? Number(text) : text.trim();
  return text;
}
