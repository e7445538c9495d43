import type { ByteSource } from '../dicom/byte-source.ts';
import { inflatedSource } from '../dicom/part10.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/** The bytes of a stored instance, at the offsets of its index. */
export interface StoredBytes {
  /** The file that has these very bytes, where there is one. */
  readonly file?: string | undefined;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Bytes [start, end) in large pieces. */
  stream(range: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
}

/**
 * Opens the bytes of an instance: ranged reads of the object as it is, or of its inflated data set where the transfer
 * syntax deflates it. The inflated data set is kept as long as what is returned here.
 */
export function storedBytes(instanceStore: InstanceStore, record: InstanceRecord): StoredBytes {
  if (transferSyntaxOf(record.index.TransferSyntaxUID)?.deflated !== true) {
    return {
      file: instanceStore.fileOf(record),
      read: (offset, length) => instanceStore.read(record, offset, length),
      stream: (range) => instanceStore.stream(record, range),
    };
  }
  let inflated: Promise<ByteSource> | undefined;
  const source = (): Promise<ByteSource> => (inflated ??= inflate(instanceStore, record));
  return {
    read: async (offset, length) => (await source()).read(offset, length),
    async *stream({ start, end }) {
      yield (await source()).read(start, end - start);
    },
  };
}

async function inflate(instanceStore: InstanceStore, record: InstanceRecord): Promise<ByteSource> {
  const object = await instanceStore.openSource(record);
  try {
    const inflated = inflatedSource(object, record.index.dataSetOffset);
    if (!inflated.ok) throw originServerError('internal', `${record.objectKey} cannot be inflated. ${inflated.detail}`);
    return inflated.source;
  } finally {
    await object.close();
  }
}
