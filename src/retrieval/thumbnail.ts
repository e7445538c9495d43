import { originServerError } from '../errors/origin-server-error.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { acceptableMediaTypesOf, queryParametersOf } from './acceptable.ts';
import { type RenderedNeeds, type RenderedTarget, renderTarget } from './rendered.ts';
import { isShown } from './rendered-selection.ts';
import { renderingQueryOf } from './rendering-query.ts';
import type { RetrieveRequest, RetrieveResponse } from './response.ts';
import { targetInstances } from './target-instances.ts';

/** The box that a thumbnail fits in where the request does not name one, in pixels. */
const defaultViewport = { vw: 128, vh: 128 };

/**
 * One small image that stands for a study, a series, an instance or frames (PS3.18 10.4.1.1.4): the one in the middle,
 * which shows more of what there is than the first. Viewport in its two-value form is its only rendering parameter.
 *
 * @throws OriginServerError 400, 404, 406, 413
 */
export function retrieveThumbnail(
  needs: RenderedNeeds,
): (request: RetrieveRequest, target: RenderedTarget) => Promise<RetrieveResponse<200 | 304>> {
  return async (request, target) => {
    const viewport = thumbnailViewport(request);
    const acceptable = acceptableMediaTypesOf(request, 'rendered');
    const records = await targetInstances(needs.instanceStore, target);
    const query = { parameters: { viewport }, unknownAnnotations: [] };
    const { status, ...rest } = await renderTarget(
      needs,
      request,
      representativeOf(target, records, needs.videoEncoder),
      query,
      acceptable,
    );
    // The one image is whole, whatever else its target leaves out.
    return { ...rest, status: status === 206 ? 200 : status };
  };
}

function thumbnailViewport(request: RetrieveRequest): { readonly vw: number; readonly vh: number } {
  const given = queryParametersOf(request).get('viewport');
  if (given === undefined) return defaultViewport;
  const { viewport = defaultViewport } = renderingQueryOf(new Map([['viewport', given]])).parameters;
  if ('region' in viewport && viewport.region !== undefined) {
    throw originServerError('query-parameter-invalid', 'viewport of a thumbnail is a width and a height, no region.', {
      source: 'PS3.18 10.4.1.1.4',
    });
  }
  return viewport;
}

/** The instance and frame in the middle, of those that can be shown if there are any. */
function representativeOf(
  target: RenderedTarget,
  records: readonly InstanceRecord[],
  videoEncoder: RenderedNeeds['videoEncoder'],
): RenderedTarget {
  const standsFor = { growing: target.SOPInstanceUID === undefined };
  if (target.frameNumbers !== undefined) {
    return { ...target, frameNumbers: [middleOf(target.frameNumbers)], standsFor };
  }
  const images = records.filter(
    (record) => record.index.content === 'image' && record.index.image !== undefined && isShown(record, videoEncoder),
  );
  const { aeTitle, index } = middleOf(images.length > 0 ? images : records);
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, image } = index;
  const instance = { aeTitle, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, standsFor };
  // A Presentation State has no frames of its own.
  return image === undefined ? instance : { ...instance, frameNumbers: [Math.ceil(image.NumberOfFrames / 2) || 1] };
}

function middleOf<T>(items: readonly T[]): T {
  return items[(items.length - 1) >> 1]!;
}
