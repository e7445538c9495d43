import { encodeDataSet, encodeFileMeta } from '../dicom/native-encoding.ts';
import { readPart10 } from '../dicom/part10.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Representation } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/**
 * An instance as a PS3.10 file in a transfer syntax. Asked for as it is stored, it is the stored bytes, which nobody parses.
 * PS3.18 Sup174 6.5.
 *
 * @requirement R-001-240
 * @requirement R-001-241
 */
export function dicomInstance(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  transferSyntaxUID: string,
): Representation {
  const mediaType = `application/dicom; transfer-syntax=${transferSyntaxUID}`;
  if (transferSyntaxUID !== record.index.TransferSyntaxUID) {
    return { mediaType, open: () => reencoded(instanceStore, record, transferSyntaxUID) };
  }
  return {
    mediaType,
    length: record.size,
    open: () => instanceStore.stream(record),
    openRange: (range) => instanceStore.stream(record, range),
  };
}

async function* reencoded(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  transferSyntaxUID: string,
): AsyncGenerator<Uint8Array> {
  const to = transferSyntaxOf(transferSyntaxUID);
  if (to === undefined) throw originServerError('internal', `${transferSyntaxUID} is not a transfer syntax of PS3.6.`);
  const source = await instanceStore.openSource(record);
  try {
    const parsed = readPart10(source);
    if (!parsed.ok) throw originServerError('internal', `${record.objectKey} cannot be read. ${parsed.detail}`);
    const { fileMeta, dataSet } = parsed.part10;
    yield encodeFileMeta(fileMeta, transferSyntaxUID, record.index);
    yield* encodeDataSet(dataSet, to);
  } finally {
    await source.close();
  }
}
