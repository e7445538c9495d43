import { originServerError } from '../errors/origin-server-error.ts';
import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { boundaryOf, multipartRelatedStream } from '../packaging/multipart-related.ts';
import type { PackagedBody, Representation } from '../packaging/representation.ts';
import { singlePart } from '../packaging/single-part.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import type { InstanceRecord, Target } from '../storage/catalog.ts';
import type { VideoEncoder } from '../video/video-encoder.ts';
import { acceptableMediaTypesOf, queryParametersOf } from './acceptable.ts';
import { isStoredVideo, noDecoder } from './decoded-video.ts';
import { entityTagOf } from './entity-tag.ts';
import { describePresentation } from './frame-presentation.ts';
import { frameIndexOf } from './frames.ts';
import { presentationTarget } from './presentation-references.ts';
import { selectPresentedRenderings } from './presented-selection.ts';
import { type RenderedFrameNeeds, renderedFrame, renderingRevision } from './rendered-frame.ts';
import { animated, several } from './rendered-parts.ts';
import { type RenderingPlan, selectRenderings } from './rendered-selection.ts';
import { type RenderingQuery, renderingQueryOf } from './rendering-query.ts';
import { notModified, payload, type RetrieveRequest, type RetrieveResponse, type Validators } from './response.ts';
import { targetInstances } from './target-instances.ts';

export interface RenderedNeeds extends RenderedFrameNeeds {
  /** Most pixels of one image; 0 for no limit of this server's own. */
  readonly maxRenderPixels: number;
  /** What makes videos of frames; without it an image that is time based is a Multi-Frame Image. */
  readonly videoEncoder: VideoEncoder | undefined;
}

/** A study, series or instance, or frames of an instance. */
export interface RenderedTarget extends Target {
  /** Frames that the target is, from 1. */
  readonly frameNumbers?: readonly number[];
  /** Where it is the one image that stands for a target: whether that one may gain instances. */
  readonly standsFor?: { readonly growing: boolean };
}

/**
 * The Retrieve Rendered transaction (PS3.18 Sup174 6.5.8), on the `/rendered` resources and on the bare ones (D-03), with
 * the checks in the order of D-36.
 *
 * @param acceptable what the handler of a bare resource has read already to tell the transaction
 * @throws OriginServerError 400, 404, 406, 409, 413
 * @requirement R-001-261
 * @requirement R-001-263
 * @requirement R-001-265
 * @requirement R-001-267
 * @requirement R-001-372
 * @requirement R-001-373
 */
export function retrieveRendered(
  needs: RenderedNeeds,
): (request: RetrieveRequest, target: RenderedTarget, acceptable?: AcceptableMediaTypes) => Promise<RetrieveResponse> {
  return async (request, target, acceptable) => {
    // Query values are looked at before the Accept header field (D-36).
    const query = renderingQueryOf(queryParametersOf(request));
    return renderTarget(needs, request, target, query, acceptable ?? acceptableMediaTypesOf(request, 'rendered'));
  };
}

/**
 * Renders a target whose query and acceptable media types are read.
 *
 * @throws OriginServerError 404, 406, 409, 413
 */
export async function renderTarget(
  needs: RenderedNeeds,
  request: RetrieveRequest,
  target: RenderedTarget,
  { parameters, unknownAnnotations }: RenderingQuery,
  acceptable: AcceptableMediaTypes,
): Promise<RetrieveResponse> {
  const { frameNumbers } = target;
  const records = await targetInstances(needs.instanceStore, target);
  if (target.SOPInstanceUID !== undefined) checkPresentationState(records[0], parameters);
  if (frameNumbers !== undefined) await checkFrames(needs, records[0], frameNumbers);

  const isPresentation = isPresentationTarget(target, records[0]);
  const { plans: all, leftOut } = isPresentation
    ? selectPresentedRenderings(
        records[0],
        await presentationTarget(needs.instanceStore, records[0]),
        acceptable,
        parameters,
        needs.maxRenderPixels,
      )
    : selectRenderings(records, frameNumbers, acceptable, parameters, needs);
  const plans = target.standsFor === undefined ? all : all.slice(0, 1);
  if (plans.length === 0) {
    throw leftOut ?? originServerError('media-type-not-acceptable', 'The target has no instance that is rendered.');
  }
  // One representation comes by itself, whether it or its envelope was asked for (D-27).
  const isSinglePart = plans.length === 1;
  const validators: Validators = {
    entityTag: entityTagOf(
      plans.map(({ record }) => record),
      [renderingRevision, request.serviceRoot, JSON.stringify(parameters), ...plans.map(describe)],
    ),
    vary: 'Accept',
    // What a Presentation State refers to may still arrive.
    growing: target.SOPInstanceUID === undefined || isPresentation || target.standsFor?.growing === true,
  };
  const unchanged = notModified(request, validators);
  if (unchanged !== undefined) return unchanged;

  const further = unknownAnnotations.length === 0 ? {} : { warning: warningFor(unknownAnnotations) };
  if (request.method === 'HEAD') {
    return payload(request, leftOut === undefined ? 200 : 206, unread(plans, validators), validators, further);
  }
  const [plan] = plans as [RenderingPlan];
  if (isSinglePart && plan.frameNumber !== undefined) {
    const image = await renderedFrame(needs, { ...plan, frameNumber: plan.frameNumber, parameters }, request.signal);
    const described = singlePart({ mediaType: plan.mediaType, length: image.length, open: () => only(image) });
    return { ...payload(request, leftOut === undefined ? 200 : 206, described, validators, further), body: image };
  }
  const { body, isWhole } = isSinglePart
    ? { body: await animated(needs, request, plan, parameters), isWhole: true }
    : await several(needs, request, plans, parameters, validators.entityTag);
  return payload(request, leftOut === undefined && isWhole ? 200 : 206, body, validators, further);
}

/**
 * That the instance has the frames, by its attributes or its pixel data, and that they can be told apart: those of a video
 * are counted by its attributes alone, and ffmpeg finds them.
 *
 * @throws OriginServerError 404, 406
 */
async function checkFrames(
  { instanceStore, videoEncoder }: RenderedNeeds,
  record: InstanceRecord,
  frameNumbers: readonly number[],
): Promise<void> {
  const { image } = record.index;
  if (image === undefined || !isStoredVideo(record)) {
    // What the attributes count and Pixel Data lacks may be too large, or is damaged.
    const counted = image?.NumberOfFrames ?? 0;
    await frameIndexOf(
      instanceStore,
      record,
      frameNumbers.filter((frameNumber) => frameNumber > counted),
    );
    return;
  }
  const absent = frameNumbers.find((frameNumber) => frameNumber > image.NumberOfFrames);
  if (absent !== undefined) {
    throw originServerError(
      'frame-unknown',
      `Frame ${absent} was asked for; the video has ${image.NumberOfFrames} frames.`,
    );
  }
  if (videoEncoder === undefined) throw originServerError('media-type-not-acceptable', noDecoder);
}

/** Whether the target is a Presentation State, of which the images that it refers to are rendered. */
function isPresentationTarget({ SOPInstanceUID, frameNumbers }: RenderedTarget, { index }: InstanceRecord): boolean {
  return SOPInstanceUID !== undefined && frameNumbers === undefined && index.content === 'presentation-state';
}

/**
 * A window or a source region contradicts a Presentation State, which has its own (D-24).
 *
 * @requirement R-001-316
 * @requirement R-001-338
 */
function checkPresentationState({ index }: InstanceRecord, { window, viewport }: RenderingParameters): void {
  if (index.content !== 'presentation-state') return;
  if (window !== undefined) {
    throw originServerError('presentation-state-conflict', 'window is not allowed on a Presentation State.');
  }
  if (viewport?.region !== undefined) {
    const source = { source: 'PS3.18 Sup174 6.5.8.1.2.3', requirement: 'R-001-316' };
    throw originServerError(
      'presentation-state-conflict',
      'viewport has a source region, which is not allowed on a Presentation State; vw and vh are.',
      source,
    );
  }
}

function describe({ frameNumber, mediaType, presentation }: RenderingPlan): string {
  const shownAs = presentation === undefined ? '' : ` ${describePresentation(presentation)}`;
  return `${frameNumber ?? 'all'} ${mediaType}${shownAs}`;
}

/** Keywords nobody knows have been left out (D-22). RFC 7234 5.5.7. */
function warningFor(unknownAnnotations: readonly string[]): string {
  return `299 - "Annotation keywords that are not supported: ${unknownAnnotations.join(' ').replaceAll(/[^\w .-]/g, '?')}"`;
}

/** What HEAD learns: the header fields, for which nothing is rendered. */
function unread(plans: readonly RenderingPlan[], { entityTag }: Validators): PackagedBody {
  const [{ mediaType }] = plans as [RenderingPlan];
  const none = async function* (): AsyncGenerator<Representation> {};
  return plans.length === 1
    ? singlePart({ mediaType, open: async function* () {} })
    : multipartRelatedStream(mediaType, none(), boundaryOf(entityTag));
}

async function* only(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
