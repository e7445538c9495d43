import { bulkDataTransferSyntaxes } from '../../generated/tables.ts';

export interface BulkDataMediaType {
  /** `type/subtype` in the spelling of its table. */
  readonly mediaType: string;
  readonly content: 'uncompressed' | 'image' | 'video';
}

const rows: ReadonlyMap<string, BulkDataMediaType> = new Map(
  bulkDataTransferSyntaxes.map((row) => [row.transferSyntaxUID, row]),
);

/** Media type of uncompressed bulk data. */
export const uncompressedMediaType = 'application/octet-stream';

/** Media type of pixel data in an encapsulated transfer syntax; undefined where none is registered. PS3.18 8.7.3.3. */
export function bulkDataMediaTypeOf(transferSyntaxUID: string): BulkDataMediaType | undefined {
  return rows.get(transferSyntaxUID);
}
