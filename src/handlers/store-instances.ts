import type { Handler } from '../../generated/operations.ts';
import { type StoreNeeds, storeResponse } from '../storing/store-response.ts';

/**
 * Stores the instances of a request, whatever studies they belong to (PS3.18 10.5).
 *
 * @requirement R-002-012
 */
export function storeInstances(needs: StoreNeeds): Handler<'storeInstances'> {
  return (request) => storeResponse(needs, request);
}
