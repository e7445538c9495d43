import type { Handler } from '../../generated/operations.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import { retrieveBulkDataValue } from '../retrieval/retrieve-bulk-data.ts';
import { targetOf } from '../retrieval/target-instances.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/**
 * RetrieveBulkdata: the value behind a BulkDataURI of the metadata. PS3.18 Sup174 6.5.
 *
 * @requirement R-001-222
 * @requirement R-001-231
 */
export function retrieveBulkdata(needs: {
  readonly instanceStore: InstanceStore;
  readonly pixelPool: PixelPool;
}): Handler<'retrieveBulkdata'> {
  return (request) =>
    retrieveBulkDataValue(needs, request, targetOf(request.aeTitle, request.path), request.path.bulkdata);
}
