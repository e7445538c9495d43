import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { boundaryOf, multipartRelatedStream } from '../packaging/multipart-related.ts';
import type { PackagedBody, Representation } from '../packaging/representation.ts';
import { singlePart } from '../packaging/single-part.ts';
import { portableAnymap } from '../rendering/encode/portable-anymap.ts';
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
import { type RenderedFrameNeeds, renderedFrame, renderingRevision, renderNow } from './rendered-frame.ts';
import { renderedPieces } from './rendered-frames.ts';
import { type RenderingPlan, selectRenderings } from './rendered-selection.ts';
import { type RenderingQuery, renderingQueryOf } from './rendering-query.ts';
import { instanceURI } from './resource-uri.ts';
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
  if (plans.length === 1 && plan.frameNumber !== undefined) {
    const image = await renderedFrame(needs, { ...plan, frameNumber: plan.frameNumber, parameters }, request.signal);
    const described = singlePart({ mediaType: plan.mediaType, length: image.length, open: () => only(image) });
    return { ...payload(request, leftOut === undefined ? 200 : 206, described, validators, further), body: image };
  }
  const { body, isWhole } =
    plans.length === 1
      ? { body: await animated(needs, request, plan, parameters), isWhole: true }
      : await several(needs, request, plans, parameters, validators.entityTag);
  return payload(request, leftOut === undefined && isWhole ? 200 : 206, body, validators, further);
}

/**
 * That the instance has the frames, and that they can be told apart: those of a video are counted by its attributes alone,
 * and ffmpeg finds them.
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
    await frameIndexOf(instanceStore, record, frameNumbers);
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

/** All frames in one representation, as they come. The first piece is waited for, so that a failure is still a status. */
async function animated(
  needs: RenderedNeeds,
  request: RetrieveRequest,
  plan: RenderingPlan,
  parameters: RenderingParameters,
): Promise<PackagedBody> {
  const { open } = await begun(renderedPieces(needs, plan, parameters, request.signal), request.signal);
  return singlePart({ mediaType: plan.mediaType, open });
}

/** Waits for the first piece. The others are let go of when they have been left, or the signal comes. */
async function begun(
  pieces: AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly first: Uint8Array; open(): AsyncGenerator<Uint8Array> }> {
  const leave = (): void => void pieces.return(undefined).catch(() => undefined);
  signal.addEventListener('abort', leave, { once: true });
  const first = (await pieces.next()).value as Uint8Array;
  return {
    first,
    async *open() {
      try {
        yield first;
        yield* pieces;
      } finally {
        signal.removeEventListener('abort', leave);
        leave();
      }
    },
  };
}

async function* only(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

/** How long the status of several representations may wait for them, in milliseconds and in octets held. */
const patience = { milliseconds: 1000, octets: 32 * 1024 * 1024 };

/** Representations under way at a time. */
const ahead = 4;

/**
 * Several representations: multipart/related in their order (D-27).
 *
 * The status tells whether all could be rendered (D-28), so it waits for them, but not for long: what fails after that
 * leaves a part of application/problem+json in its place.
 *
 * @requirement R-001-378
 */
async function several(
  needs: RenderedNeeds,
  request: RetrieveRequest,
  plans: readonly RenderingPlan[],
  parameters: RenderingParameters,
  entityTag: string,
): Promise<{ readonly body: PackagedBody; readonly isWhole: boolean }> {
  // A queue that is full turns the request away as a whole, before its first part.
  const leave = needs.pixelPool.admit(request.signal);
  const outcomes = inOrder(plans, async (plan): Promise<Part | Error> => {
    try {
      return plan.videoFormat === undefined || plan === plans[0]
        ? await begunRepresentation(needs, request, plan, parameters, plan.videoFormat === undefined)
        : await videoInTurn(needs, request, plan, parameters);
    } catch (cause) {
      if (request.signal.aborted || (cause instanceof OriginServerError && cause.code === 'busy')) throw cause;
      return cause instanceof Error ? cause : new Error(String(cause));
    }
  });
  const ready: Part[] = [];
  let failure: Error | undefined;
  let octets = 0;
  let isDone = false;
  const deadline = Date.now() + patience.milliseconds;
  try {
    while (ready.length === 0 || (Date.now() < deadline && octets < patience.octets)) {
      const { done, value } = await outcomes.next();
      if (done) {
        isDone = true;
        break;
      }
      if (value instanceof Error) failure ??= value;
      else {
        ready.push(value);
        octets += value.length ?? 0;
      }
    }
    if (ready.length === 0) throw failure!;
  } catch (cause) {
    leave();
    throw cause;
  }
  async function* parts(): AsyncGenerator<Representation> {
    try {
      for (const part of ready) yield await inItsTurn(part);
      if (isDone) return;
      for await (const outcome of outcomes) {
        yield outcome instanceof Error ? problemPart(outcome) : await inItsTurn(outcome);
      }
    } finally {
      leave();
    }
  }
  return {
    body: multipartRelatedStream(ready[0]!.mediaType, parts(), boundaryOf(entityTag)),
    isWhole: failure === undefined,
  };
}

/** A representation, or one that is begun when those before it have been sent. */
type Part = Representation & { readonly begin?: () => Promise<Representation> };

/** The part begun; one that cannot be leaves a problem in its place, as the status has been sent. */
async function inItsTurn(part: Part): Promise<Representation> {
  if (part.begin === undefined) return part;
  return part.begin().catch((cause: unknown) => problemPart(cause instanceof Error ? cause : new Error(String(cause))));
}

/**
 * A video that is not the first part: a request works on one at a time, or two requests could each hold the place that
 * the other waits for. Frames to be encoded are tried with the first of them.
 *
 * @throws OriginServerError if that cannot be rendered
 */
async function videoInTurn(
  needs: RenderedNeeds,
  request: RetrieveRequest,
  plan: RenderingPlan,
  parameters: RenderingParameters,
): Promise<Part> {
  const { record, mediaType, presentation } = plan;
  if (!isStoredVideo(record)) {
    const tried = { record, frameNumber: 1, mediaType: portableAnymap, parameters, presentation };
    await renderNow(needs, tried, request.signal);
  }
  return {
    mediaType,
    open: async function* () {},
    begin: () => begunRepresentation(needs, request, plan, parameters, true),
  };
}

async function begunRepresentation(
  needs: RenderedNeeds,
  request: RetrieveRequest,
  plan: RenderingPlan,
  parameters: RenderingParameters,
  isAdmitted: boolean,
): Promise<Representation> {
  const pieces = renderedPieces(needs, plan, parameters, request.signal, isAdmitted);
  const { first, open } = await begun(pieces, request.signal);
  const { record, frameNumber, mediaType, presentation } = plan;
  const instance = instanceURI(request.serviceRoot, record);
  const isOneOfMany = frameNumber !== undefined && (record.index.image?.NumberOfFrames ?? 1) > 1;
  return {
    mediaType,
    // The picture of one of several images of a Presentation State has no URI of its own.
    ...(presentation === undefined
      ? { location: isOneOfMany ? `${instance}/frames/${frameNumber}/rendered` : `${instance}/rendered` }
      : {}),
    // All frames together are sent as they come; what follows the first piece has no length yet.
    ...(frameNumber === undefined ? {} : { length: first.length }),
    open,
  };
}

function problemPart(failure: Error): Representation {
  const problem = Buffer.from(
    JSON.stringify({ title: 'This representation could not be rendered', detail: failure.message }),
  );
  return {
    mediaType: 'application/problem+json',
    length: problem.length,
    open: async function* () {
      yield problem;
    },
  };
}

/** Outcomes in the order of the inputs, a few of them under way at a time. */
async function* inOrder<I, O>(inputs: readonly I[], start: (input: I) => Promise<O>): AsyncGenerator<O, undefined> {
  const underWay: Promise<O>[] = [];
  for (const input of inputs) {
    const outcome = start(input);
    outcome.catch(() => undefined);
    underWay.push(outcome);
    if (underWay.length >= ahead) yield await underWay.shift()!;
  }
  for (const outcome of underWay) yield await outcome;
}
