/** Writes generated/dictionary.ts and .json: the data dictionary of PS3.6, compact enough to load in a few milliseconds. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type GeneratedFile, root } from './generated-file.ts';

interface Entry {
  readonly tag: number;
  readonly vr: string;
  readonly keyword: string;
}

/** What dcmjs 0.52.2 prints otherwise than PS3.6, or leaves out. DCMTK and pydicom both agree with these rows. */
const corrections: readonly Entry[] = [
  { tag: 0x00020026, vr: 'UR', keyword: 'SourcePresentationAddress' },
  { tag: 0x00020027, vr: 'UR', keyword: 'SendingPresentationAddress' },
  { tag: 0x00020028, vr: 'UR', keyword: 'ReceivingPresentationAddress' },
  { tag: 0x00020031, vr: 'OB', keyword: 'RTVMetaInformationVersion' },
  { tag: 0x00020032, vr: 'UI', keyword: 'RTVCommunicationSOPClassUID' },
  { tag: 0x00020033, vr: 'UI', keyword: 'RTVCommunicationSOPInstanceUID' },
  { tag: 0x00020035, vr: 'OB', keyword: 'RTVSourceIdentifier' },
  { tag: 0x00020036, vr: 'OB', keyword: 'RTVFlowIdentifier' },
  { tag: 0x00020037, vr: 'UL', keyword: 'RTVFlowRTPSamplingRate' },
  { tag: 0x00020038, vr: 'FD', keyword: 'RTVFlowActualFrameDuration' },
  { tag: 0x00221642, vr: 'UL', keyword: 'NumberOfBscansPerFrame' },
  { tag: 0x0040a803, vr: 'UL', keyword: 'NumberOfTableColumns' },
  { tag: 0x00660040, vr: 'OL', keyword: 'LongPrimitivePointIndexList' },
  { tag: 0x00660041, vr: 'OL', keyword: 'LongTrianglePointIndexList' },
  { tag: 0x00660042, vr: 'OL', keyword: 'LongEdgePointIndexList' },
  { tag: 0x00660043, vr: 'OL', keyword: 'LongVertexPointIndexList' },
  { tag: 0x006862f0, vr: 'SQ', keyword: 'ViewOrientationModifierCodeSequence' },
  { tag: 0x00701305, vr: 'FD', keyword: 'Plane' },
  { tag: 0x00701306, vr: 'FD', keyword: 'PlaneNormal' },
  { tag: 0x0070150c, vr: 'UL', keyword: 'NumberOfVolumetricCurvePoints' },
  { tag: 0x00760034, vr: 'SQ', keyword: 'ComponentTypeCodeSequence' },
  { tag: 0x300a0131, vr: 'FL', keyword: 'AverageBeamDosePointSourceToExternalContourDistance' },
  { tag: 0x40101029, vr: 'LO', keyword: 'ThreatDetectionAlgorithmAndVersion' },
];

/** dcmjs's lower-case marks for what PS3.6 leaves to the object; the VR that PS3.5 A.1 gives them in Implicit VR, or the unsigned one. */
const openVRs: Readonly<Record<string, string>> = { xs: 'US', ox: 'OW', lt: 'OW', up: 'UL' };

/** PS3.5 Table 6.2-1. */
const VRs = [
  ...['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT', 'OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'PN'],
  ...['SH', 'SL', 'SQ', 'SS', 'ST', 'SV', 'TM', 'UC', 'UI', 'UL', 'UN', 'UR', 'US', 'UT', 'UV'],
];

/** `(gggg,eeee)`, or with a range in one half: then the tag is the first of the range. */
const tagNotation = /^\(([0-9A-F]{4})(-[0-9A-F]{4})?,([0-9A-F]{4})(-[0-9A-F]{4})?\)$/i;

export async function generateDictionary(): Promise<readonly GeneratedFile[]> {
  // dcmjs ships no types for this module, so its name is kept from the compiler.
  const moduleName: string = 'dcmjs/dictionary';
  const { dictionary } = (await import(moduleName)) as {
    dictionary: Readonly<Record<string, { vr: string; name?: string }>>;
  };
  const single = new Map<number, Entry>();
  const repeating = new Map<number, Entry>();
  const signed: number[] = [];
  for (const [notation, value] of Object.entries(dictionary)) {
    const match = tagNotation.exec(notation);
    const keyword = value.name?.replace('RETIRED_', '');
    if (match === null || keyword === undefined || keyword === 'undefined' || value.vr === 'na') continue;
    const tag = Number.parseInt(`${match[1]}${match[3]}`, 16);
    const vr = openVRs[value.vr] ?? value.vr;
    if (!VRs.includes(vr)) throw new Error(`${notation} has the unknown VR ${value.vr}`);
    ((match[2] ?? match[4]) ? repeating : single).set(tag, { tag, vr, keyword });
    if (value.vr === 'xs') signed.push(tag);
  }
  for (const entry of corrections) single.set(entry.tag, entry);

  const entries = [...single.values()].sort((a, b) => a.tag - b.tag);
  if (new Set(entries.map((entry) => entry.keyword)).size !== entries.length) throw new Error('a keyword stands twice');
  const ranges = [...repeating.values()].sort((a, b) => a.tag - b.tag);
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/dcmjs/package.json'), 'utf8')) as {
    version: string;
  };
  const made = { script: 'scripts/generate/dictionary.ts', sources: [`dcmjs@${version} (PS3.6)`] };
  const data = {
    tags: Object.fromEntries(entries.map(({ keyword, tag }) => [keyword, tag])),
    valueRepresentations: entries.map(({ vr }) => vr).join(''),
    repeating: Object.fromEntries(ranges.map(({ tag, vr, keyword }) => [tag, [vr, keyword]])),
    unsignedOrSigned: signed.sort((a, b) => a - b),
  };
  return [
    { ...made, path: 'dictionary.ts', content: dictionaryModule },
    { ...made, path: 'dictionary.json', content: `${JSON.stringify(data, null, 1)}\n` },
  ];
}

const dictionaryModule = `// The data stands in a file of its own, because as TypeScript it takes ten times as long to load.
import data from './dictionary.json' with { type: 'json' };

/** Value Representations (PS3.5 Table 6.2-1). */
export type VR =
${VRs.map((vr) => `  | '${vr}'`).join('\n')};

/** Tags by keyword (PS3.6 Tables 6-1, 7-1 and 8-1), retired ones too; repeating groups are left out. */
export const Tag: Readonly<typeof data.tags> = data.tags;

/** Attributes that are US or SS as Pixel Representation (or the modality rescale) says; vrOf answers US for them. */
export const unsignedOrSigned: ReadonlySet<number> = new Set(data.unsignedOrSigned);

const keywords = Object.keys(Tag);
const position: ReadonlyMap<number, number> = new Map(Object.values(Tag).map((tag, index) => [tag, index]));

/** Attributes of repeating groups (50xx, 60xx, 7Fxx) and of the repeating elements (0020,31xx), at the first of their range. */
const repeating: Readonly<Record<string, readonly string[]>> = data.repeating;

function repeatingOf(tag: number): readonly string[] | undefined {
  const block = tag >>> 24;
  if ((block === 0x50 || block === 0x60 || block === 0x7f) && (tag & 0x10000) === 0) {
    return repeating[(tag & 0xff00ffff) >>> 0];
  }
  return tag >>> 8 === 0x002031 ? repeating[0x00203100] : undefined;
}

/**
 * The Value Representation of an attribute in Implicit VR (PS3.6, PS3.5 A.1).
 *
 * Group lengths are UL and private creators LO. "US or SS" is US (see \`unsignedOrSigned\`), "OB or OW" and "US or OW" are OW.
 * Other private and unknown attributes have none: undefined.
 */
export function vrOf(tag: number): VR | undefined {
  const index = position.get(tag);
  if (index !== undefined) return data.valueRepresentations.slice(2 * index, 2 * index + 2) as VR;
  const element = tag & 0xffff;
  if (element === 0) return 'UL';
  if ((tag & 0x10000) !== 0) return element >= 0x10 && element <= 0xff ? 'LO' : undefined;
  return repeatingOf(tag)?.[0] as VR | undefined;
}

/** The keyword of a standard attribute, for example PatientName; undefined for private and unknown ones. */
export function keywordOf(tag: number): string | undefined {
  const index = position.get(tag);
  return index === undefined ? repeatingOf(tag)?.[1] : keywords[index];
}
`;
