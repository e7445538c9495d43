import { Tag } from '../../generated/dictionary.ts';
import { memorySource } from '../../src/dicom/byte-source.ts';
import { encodeDataSet, encodeFileMeta, type ReplacedElement } from '../../src/dicom/native-encoding.ts';
import { readPart10 } from '../../src/dicom/part10.ts';
import { encodeValue } from '../../src/dicom/value.ts';
import { testUID } from './dicom-builder.ts';

/** An object that can be stored, and where it is found. */
export interface IdentifiedObject {
  readonly object: Buffer;
  /** Path below the service root. */
  readonly target: string;
  readonly TransferSyntaxUID: string;
}

/**
 * A copy of an object under identifiers of our own, in its own transfer syntax: some files of the world have lost theirs.
 *
 * @param number tells the objects of a test from each other
 * @throws Error if it cannot be read
 */
export async function identifiedObject(bytes: Uint8Array, number: number): Promise<IdentifiedObject> {
  const parsed = readPart10(memorySource(bytes));
  if (!parsed.ok) throw new Error(parsed.detail);
  const { fileMeta, dataSet, transferSyntax } = parsed.part10;
  const uids = {
    SOPClassUID: dataSet.text(Tag.SOPClassUID) ?? '1.2.840.10008.5.1.4.1.1.7',
    StudyInstanceUID: testUID(number),
    SeriesInstanceUID: testUID(number, 1),
    SOPInstanceUID: testUID(number, 1, 1),
  };
  const replace = new Map<number, ReplacedElement>(
    Object.entries(uids).map(([keyword, uid]) => [
      Tag[keyword as keyof typeof uids],
      { kind: 'value', vr: 'UI', value: encodeValue('UI', [uid]) },
    ]),
  );
  const chunks: Uint8Array[] = [encodeFileMeta(fileMeta, transferSyntax.uid, uids)];
  for await (const chunk of encodeDataSet(dataSet, transferSyntax, { replace })) chunks.push(chunk);
  return {
    object: Buffer.concat(chunks),
    target: `/studies/${uids.StudyInstanceUID}/series/${uids.SeriesInstanceUID}/instances/${uids.SOPInstanceUID}`,
    TransferSyntaxUID: transferSyntax.uid,
  };
}
