import type { Handler } from '../../generated/operations.ts';
import type { RenderedNeeds } from '../retrieval/rendered.ts';
import { targetOf } from '../retrieval/target-instances.ts';
import { retrieveThumbnail } from '../retrieval/thumbnail.ts';

/** Retrieves a small image of a series (PS3.18 10.4.1.1.4). */
export function retrieveSeriesThumbnail(needs: RenderedNeeds): Handler<'retrieveSeriesThumbnail'> {
  const retrieve = retrieveThumbnail(needs);
  return async (request) => retrieve(request, targetOf(request.aeTitle, request.path));
}
