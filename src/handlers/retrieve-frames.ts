import type { Handler } from '../../generated/operations.ts';
import { acceptableMediaTypesOf } from '../retrieval/acceptable.ts';
import { frameNumbersOf } from '../retrieval/frame-numbers.ts';
import { type RenderedNeeds, retrieveRendered } from '../retrieval/rendered.ts';
import { retrieveFramesAsBulkData } from '../retrieval/retrieve-frames.ts';
import { targetOf } from '../retrieval/target-instances.ts';

/**
 * RetrieveFrames: frames of an instance, in any order and as often as they are named; or, where a rendered media type is
 * asked for, Retrieve Rendered of the same resource (D-03). PS3.18 Sup174 6.5, 6.5.8.
 *
 * @requirement R-001-222
 * @requirement R-001-229
 * @requirement R-001-245
 */
export function retrieveFrames(needs: RenderedNeeds): Handler<'retrieveFrames'> {
  return async (request) => {
    const target = targetOf(request.aeTitle, request.path);
    const frameNumbers = frameNumbersOf(request.path.frames);
    const acceptable = acceptableMediaTypesOf(request, 'retrieve');
    return acceptable.kind === 'rendered'
      ? await retrieveRendered(needs)(request, { ...target, frameNumbers }, acceptable)
      : await retrieveFramesAsBulkData(needs, request, target, frameNumbers, acceptable);
  };
}
