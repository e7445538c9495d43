import type { Handler } from '../../generated/operations.ts';
import { frameNumbersOf } from '../retrieval/frame-numbers.ts';
import type { RenderedNeeds } from '../retrieval/rendered.ts';
import { targetOf } from '../retrieval/target-instances.ts';
import { retrieveThumbnail } from '../retrieval/thumbnail.ts';

/** Retrieves a small image of frames of an instance (PS3.18 10.4.1.1.4). */
export function retrieveFramesThumbnail(needs: RenderedNeeds): Handler<'retrieveFramesThumbnail'> {
  const retrieve = retrieveThumbnail(needs);
  return async (request) => {
    const target = targetOf(request.aeTitle, request.path);
    return retrieve(request, { ...target, frameNumbers: frameNumbersOf(request.path.frames) });
  };
}
