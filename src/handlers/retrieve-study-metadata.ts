import type { Handler } from '../../generated/operations.ts';
import { retrieveMetadata } from '../retrieval/metadata.ts';
import { targetOf } from '../retrieval/target-instances.ts';
import type { InstanceStore } from '../storage/instance-store.ts';

/**
 * RetrieveMetadata of a study: its instances without their bulk data. PS3.18 Sup174 6.5.
 *
 * @requirement R-001-222
 */
export function retrieveStudyMetadata(needs: {
  readonly instanceStore: InstanceStore;
}): Handler<'retrieveStudyMetadata'> {
  return (request) => retrieveMetadata(needs, request, targetOf(request.aeTitle, request.path));
}
