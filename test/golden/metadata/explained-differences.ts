import type { JsonAttribute } from '../../../src/dicom/json-model.ts';

/** The same attribute in the metadata of this project and of an independent reader; undefined where one has none. */
export interface Difference {
  readonly file: string;
  /** Tag, or bulk data path of an attribute in an item. */
  readonly path: string;
  readonly tag: string;
  readonly ours: JsonAttribute | undefined;
  readonly theirs: JsonAttribute | undefined;
}

/** A reason why an independent reader may differ, and what that looks like. */
export interface ExplainedDifference {
  readonly reader: 'dcm2json' | 'dcm2xml' | 'pydicom';
  readonly reason: string;
  explains(difference: Difference): boolean;
}

const text = (attribute: JsonAttribute | undefined) => JSON.stringify(attribute);

const isPrivate = (tag: string) => Number.parseInt(tag[3]!, 16) % 2 === 1;

/** Our attribute with every empty group of components, such as "^^^^", taken away, as DCMTK normalises person names. */
function withoutTrailingCarets(attribute: JsonAttribute | undefined): string {
  return JSON.stringify(attribute)
    .replace(/\^+"/g, '"')
    .replace(/,?"(?:Alphabetic|Ideographic|Phonetic)":""/g, '')
    .replace(/"Value":\[\{\}\]/, '"Value":[]')
    .replace(/,"Value":\[\]/, '');
}

const knownPrivately = ({ tag, ours, theirs }: Difference) =>
  isPrivate(tag) && ours?.vr === 'UN' && theirs?.vr !== 'UN';

export const explainedDifferences: readonly ExplainedDifference[] = [
  {
    reader: 'dcm2json',
    reason:
      'DCMTK puts the encoding of the JSON text into Specific Character Set; PS3.18 F.2.2 note 3 keeps that of the data set.',
    explains: ({ tag, theirs }) => tag === '00080005' && text(theirs) === '{"vr":"CS","Value":["ISO_IR 192"]}',
  },
  {
    reader: 'dcm2xml',
    reason: 'As dcm2json, when it converts to UTF-8.',
    explains: ({ tag, theirs }) => tag === '00080005' && text(theirs) === '{"vr":"CS","Value":["ISO_IR 192"]}',
  },
  {
    reader: 'dcm2json',
    reason: 'DCMTK leaves out trailing empty components of a person name; here a name stays as it was written.',
    explains: ({ ours, theirs }) => ours?.vr === 'PN' && withoutTrailingCarets(ours) === withoutTrailingCarets(theirs),
  },
  {
    reader: 'dcm2xml',
    reason: 'As dcm2json.',
    explains: ({ ours, theirs }) => ours?.vr === 'PN' && withoutTrailingCarets(ours) === withoutTrailingCarets(theirs),
  },
  {
    reader: 'dcm2json',
    reason: 'DCMTK knows the VR of some private attributes; sent in Implicit VR they are UN to everyone else.',
    explains: knownPrivately,
  },
  { reader: 'dcm2xml', reason: 'As dcm2json.', explains: knownPrivately },
  { reader: 'pydicom', reason: 'pydicom knows the VR of some private attributes as well.', explains: knownPrivately },
  {
    reader: 'dcm2json',
    reason: 'NUL is padding in UI alone; DCMTK keeps it elsewhere, where writers put it by mistake.',
    explains: ({ ours, theirs }) => text(theirs)?.replaceAll('\\u0000', '') === text(ours),
  },
  {
    reader: 'dcm2json',
    reason: 'DCMTK 3.6.7 reads the text of an item with a Specific Character Set of its own in that of the data set.',
    explains: ({ file, path }) => file === 'charset/chrSQEncoding.dcm' && path === '00321064.1.00100010',
  },
  {
    reader: 'dcm2json',
    reason: 'Encapsulated Pixel Data is taken out of the copy that dcm2json reads, because it refuses it.',
    explains: ({ tag, ours, theirs }) => tag === '7FE00010' && theirs === undefined && ours?.BulkDataURI !== undefined,
  },
  {
    reader: 'dcm2json',
    reason: 'DCMTK leaves out Data Set Trailing Padding, which means nothing; here an object is described as it is.',
    explains: ({ tag, theirs }) => tag === 'FFFCFFFC' && theirs === undefined,
  },
  {
    reader: 'dcm2xml',
    reason: 'As dcm2json.',
    explains: ({ tag, theirs }) => tag === 'FFFCFFFC' && theirs === undefined,
  },
  {
    reader: 'dcm2json',
    reason: 'The value has an odd length, which breaks PS3.5 7.1.1; DCMTK adds an octet.',
    explains: ({ file, tag }) => file === 'image/dx_image.dcm' && tag === '7FE00010',
  },
  {
    reader: 'pydicom',
    reason: 'pydicom writes an empty array where a sequence has no items; PS3.18 F.2.5 wants no Value.',
    explains: ({ ours, theirs }) => text(ours) === '{"vr":"SQ"}' && text(theirs) === '{"vr":"SQ","Value":[]}',
  },
  {
    reader: 'pydicom',
    reason: 'pydicom keeps group lengths; PS3.18 F.2.2 leaves them out.',
    explains: ({ tag, ours }) => tag.endsWith('0000') && ours === undefined,
  },
  {
    reader: 'pydicom',
    reason: 'pydicom writes an empty value among others as an empty string; PS3.18 F.2.5 wants null.',
    explains: ({ ours, theirs }) =>
      text(ours) === JSON.stringify(theirs, (_, value: unknown) => (value === '' ? null : value)),
  },
  {
    reader: 'dcm2xml',
    reason: 'DCMTK 3.6.7 writes the ideographic group again where the phonetic one is empty but delimited.',
    explains: ({ tag, ours, theirs }) =>
      tag === '00100010' && text(theirs)?.replace(/,"Phonetic":"[^"]*"/, '') === text(ours),
  },
  {
    reader: 'dcm2xml',
    reason: 'The file says OW for encapsulated Pixel Data, which PS3.5 A.4 wants to be OB; DCMTK mends it.',
    explains: ({ file, tag }) => file === 'image/CT1_JPH.dcm' && tag === '7FE00010',
  },
  {
    reader: 'dcm2xml',
    reason: 'Private attributes without a private creator: DCMTK takes the block out of the tag all the same.',
    explains: ({ file, tag }) => file === 'waveform/waveform_ecg.dcm' && tag.startsWith('7001'),
  },
];
