import { type Part10, readPart10 } from '../dicom/part10.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/** Reads a stored instance as a PS3.10 file, whose values can be asked for until `use` is done. */
export async function withPart10<T>(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  use: (part10: Part10) => T | Promise<T>,
): Promise<T> {
  const source = await instanceStore.openSource(record);
  try {
    const parsed = readPart10(source);
    if (!parsed.ok) throw originServerError('internal', `${record.objectKey} cannot be read. ${parsed.detail}`);
    return await use(parsed.part10);
  } finally {
    await source.close();
  }
}
