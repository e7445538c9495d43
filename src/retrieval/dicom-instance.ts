import { encodeDataSet, encodeFileMeta } from '../dicom/native-encoding.ts';
import { readPart10 } from '../dicom/part10.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Representation } from '../packaging/representation.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { PixelDataNeeds } from './frames.ts';
import { conversionOf } from './transcode.ts';
import { transcodedElements } from './transcoded-elements.ts';

/**
 * An instance as a PS3.10 file in a transfer syntax. Asked for as it is stored, it is the stored bytes, which nobody parses;
 * a data set that came without File Meta Information, and is no file by itself, gets one.
 * PS3.18 Sup174 6.5.
 *
 * @requirement R-001-240
 * @requirement R-001-241
 */
export function dicomInstance(
  needs: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  transferSyntaxUID: string,
): Representation {
  const mediaType = `application/dicom; transfer-syntax=${transferSyntaxUID}`;
  const hasFileMeta = record.index.dataSetOffset > 0;
  if (transferSyntaxUID !== record.index.TransferSyntaxUID || !hasFileMeta) {
    return { mediaType, open: () => reencoded(needs, record, transferSyntaxUID) };
  }
  return {
    mediaType,
    length: record.size,
    open: () => needs.instanceStore.stream(record),
    openRange: (range) => needs.instanceStore.stream(record, range),
  };
}

async function* reencoded(
  needs: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  transferSyntaxUID: string,
): AsyncGenerator<Uint8Array> {
  const to = transferSyntaxOf(transferSyntaxUID);
  if (to === undefined) throw originServerError('internal', `${transferSyntaxUID} is not a transfer syntax of PS3.6.`);
  const source = await needs.instanceStore.openSource(record);
  try {
    const parsed = readPart10(source);
    if (!parsed.ok) throw originServerError('internal', `${record.objectKey} cannot be read. ${parsed.detail}`);
    const { fileMeta, dataSet } = parsed.part10;
    const conversion = conversionOf(record.index, transferSyntaxUID);
    const replace =
      conversion.kind === 'frames'
        ? await transcodedElements(needs, record, dataSet, conversion, transferSyntaxUID)
        : undefined;
    yield encodeFileMeta(fileMeta, transferSyntaxUID, record.index);
    yield* encodeDataSet(dataSet, to, replace === undefined ? {} : { replace });
  } finally {
    await source.close();
  }
}
