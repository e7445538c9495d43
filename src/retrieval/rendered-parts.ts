import { OriginServerError } from '../errors/origin-server-error.ts';
import { boundaryOf, multipartRelatedStream } from '../packaging/multipart-related.ts';
import type { PackagedBody, Representation } from '../packaging/representation.ts';
import { singlePart } from '../packaging/single-part.ts';
import { portableAnymap } from '../rendering/encode/portable-anymap.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { isStoredVideo } from './decoded-video.ts';
import { type RenderedFrameNeeds, renderNow } from './rendered-frame.ts';
import { renderedPieces } from './rendered-frames.ts';
import type { RenderingPlan } from './rendered-selection.ts';
import { instanceURI } from './resource-uri.ts';
import type { RetrieveRequest } from './response.ts';

/** All frames in one representation, as they come. They are waited for, but not for long, so that a failure is still a status. */
export async function animated(
  needs: RenderedFrameNeeds,
  request: RetrieveRequest,
  plan: RenderingPlan,
  parameters: RenderingParameters,
): Promise<PackagedBody> {
  const { open } = await begun(renderedPieces(needs, plan, parameters, request.signal), request.signal);
  return singlePart({ mediaType: plan.mediaType, open });
}

/** How long the pieces of a representation may be waited for before the first is sent. */
const held = { milliseconds: 1000, octets: 8 * 1024 * 1024 };

/** Waits for the first pieces. The others are let go of when they have been left, or the signal comes. */
async function begun(
  pieces: AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
): Promise<{ readonly first: Uint8Array; open(): AsyncGenerator<Uint8Array> }> {
  const leave = (): void => void pieces.return(undefined).catch(() => undefined);
  signal.addEventListener('abort', leave, { once: true });
  const ready: Uint8Array[] = [];
  const deadline = Date.now() + held.milliseconds;
  for (let octets = 0; ready.length === 0 || (Date.now() < deadline && octets < held.octets); ) {
    const { done, value } = await pieces.next();
    if (done) break;
    ready.push(value);
    octets += value.length;
  }
  return {
    first: ready[0]!,
    async *open() {
      try {
        yield* ready;
        yield* pieces;
      } finally {
        signal.removeEventListener('abort', leave);
        leave();
      }
    },
  };
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
export async function several(
  needs: RenderedFrameNeeds,
  request: RetrieveRequest,
  plans: readonly RenderingPlan[],
  parameters: RenderingParameters,
  entityTag: string,
): Promise<{ readonly body: PackagedBody; readonly isWhole: boolean }> {
  // A queue that is full turns the request away as a whole, before its first part.
  const leave = needs.pixelPool.admit(request.signal);
  const outcomes = inOrder(plans, async (plan): Promise<Part | Error> => {
    try {
      if (plan.videoFormat !== undefined && plan !== plans[0])
        return await videoInTurn(needs, request, plan, parameters);
      const isRefusable = plan === plans[0] && (plan.videoFormat !== undefined || isStoredVideo(plan.record));
      return await begunRepresentation(needs, request, plan, parameters, !isRefusable);
    } catch (cause) {
      if (request.signal.aborted || (cause instanceof OriginServerError && cause.code === 'busy')) throw cause;
      return cause instanceof Error ? cause : new Error(String(cause));
    }
  });
  const ready: Part[] = [];
  let failure: Error | undefined;
  let octets = 0;
  let isDone = false;
  let deadline = Number.POSITIVE_INFINITY;
  try {
    while (Date.now() < deadline && octets < patience.octets) {
      const { done, value } = await outcomes.next();
      if (done) {
        isDone = true;
        break;
      }
      if (value instanceof Error) failure ??= value;
      else {
        // Nothing can be sent before the first is there, so the others are waited for from then on.
        if (ready.length === 0) deadline = Date.now() + patience.milliseconds;
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
  needs: RenderedFrameNeeds,
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
  needs: RenderedFrameNeeds,
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
    // The picture of an image under a Presentation State has no URI of its own; this one says which image it is of.
    location: `${instance}${isOneOfMany ? `/frames/${frameNumber}` : ''}${presentation === undefined ? '/rendered' : ''}`,
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
