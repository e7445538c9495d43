import type { Handler } from '../../generated/operations.ts';
import { type RenderedNeeds, retrieveRendered } from '../retrieval/rendered.ts';
import { targetOf } from '../retrieval/target-instances.ts';

/**
 * Retrieves all images of a series in Rendered Media Types (PS3.18 Sup174 6.5.8, Table 6.5.8-1).
 *
 * @requirement R-001-262
 */
export function retrieveRenderedSeries(needs: RenderedNeeds): Handler<'retrieveRenderedSeries'> {
  const retrieve = retrieveRendered(needs);
  return async (request) => retrieve(request, targetOf(request.aeTitle, request.path));
}
