import { Tag } from '../../generated/dictionary.ts';
import type { DataSet } from './data-set.ts';

/** What an instance is, as far as it decides in which media types it can be retrieved. */
export type InstanceContent = 'image' | 'presentation-state' | 'structured-report' | 'encapsulated-document' | 'other';

/** Roots of the SOP Class UIDs of PS3.4 B.5: each holds for the UID itself and for those below it. */
const contentBySOPClass: readonly (readonly [root: string, InstanceContent])[] = [
  ['1.2.840.10008.5.1.4.1.1.11', 'presentation-state'],
  ['1.2.840.10008.5.1.4.1.1.88', 'structured-report'],
  ['1.2.840.10008.5.1.4.1.1.104', 'encapsulated-document'],
];

/**
 * What an instance is: by its SOP class, and where that is not known, by what it holds.
 *
 * @param isImage whether it has pixel data that its Image Pixel Module describes
 */
export function instanceContentOf(dataSet: DataSet, isImage: boolean): InstanceContent {
  const uid = dataSet.text(Tag.SOPClassUID) ?? '';
  const known = contentBySOPClass.find(([root]) => uid === root || uid.startsWith(`${root}.`));
  if (known) return known[1];
  if (isImage) return 'image';
  if (dataSet.has(Tag.EncapsulatedDocument)) return 'encapsulated-document';
  // The root of an SR document is a container with a completion flag (PS3.3 C.17.2, C.17.3).
  if (dataSet.text(Tag.ValueType) === 'CONTAINER' && dataSet.has(Tag.CompletionFlag)) return 'structured-report';
  return 'other';
}
