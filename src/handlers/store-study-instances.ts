import type { Handler } from '../../generated/operations.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { type StoreNeeds, storeResponse } from '../storing/store-response.ts';
import { parseUid } from '../syntax/uid.ts';

/**
 * Stores the instances of a request that belong to the study of the target resource (PS3.18 10.5).
 *
 * @requirement R-002-012
 * @requirement R-002-017
 */
export function storeStudyInstances(needs: StoreNeeds): Handler<'storeStudyInstances'> {
  return async (request) => {
    const study = parseUid(request.path.study);
    if (!study.ok)
      throw originServerError('path-invalid', `The Study Instance UID of the path is no UID: ${study.message}`);
    return storeResponse(needs, request, study.value);
  };
}
