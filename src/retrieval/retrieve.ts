import { acceptableMediaTypesOf } from './acceptable.ts';
import { type RenderedNeeds, retrieveRendered } from './rendered.ts';
import type { RetrieveRequest, RetrieveResponse } from './response.ts';
import { retrieveDicom } from './retrieve-dicom.ts';
import { type TargetPath, targetOf } from './target-instances.ts';

/**
 * Retrieves a study, a series or an instance: its instances as DICOM, bulk data or a zip archive; or, where a rendered media
 * type is asked for, Retrieve Rendered of the same resource (D-03). PS3.18 Sup174 6.5, 6.5.8.
 *
 * @throws OriginServerError 400, 404, 406, 409, 413
 */
export function retrieve(
  needs: RenderedNeeds,
): (request: RetrieveRequest & { readonly path: TargetPath }) => Promise<RetrieveResponse> {
  const rendered = retrieveRendered(needs);
  return async (request) => {
    const target = targetOf(request.aeTitle, request.path);
    const acceptable = acceptableMediaTypesOf(request, 'retrieve');
    return acceptable.kind === 'rendered'
      ? rendered(request, target, acceptable)
      : retrieveDicom(needs, request, target, acceptable);
  };
}
