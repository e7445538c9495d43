import type { Handler } from '../../generated/operations.ts';
import { frameNumbersOf } from '../retrieval/frame-numbers.ts';
import { type RenderedNeeds, retrieveRendered } from '../retrieval/rendered.ts';
import { targetOf } from '../retrieval/target-instances.ts';

/**
 * Retrieves frames of an instance in Rendered Media Types (PS3.18 Sup174 6.5.8, Table 6.5.8-1).
 *
 * @requirement R-001-266
 */
export function retrieveRenderedFrames(needs: RenderedNeeds): Handler<'retrieveRenderedFrames'> {
  const retrieve = retrieveRendered(needs);
  return async (request) => {
    const target = targetOf(request.aeTitle, request.path);
    return retrieve(request, { ...target, frameNumbers: frameNumbersOf(request.path.frames) });
  };
}
