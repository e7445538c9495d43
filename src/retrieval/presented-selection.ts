import { canDecode } from '../codecs/decode-frame.ts';
import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import { supportedRenderedMediaTypes } from '../negotiation/rendered-media-types.ts';
import { selectMediaType } from '../negotiation/selected-media-type.ts';
import { canRender } from '../rendering/pixel-pipeline.ts';
import { displayedAreaFor, displayedAreaGeometry } from '../rendering/presentation-state/displayed-area.ts';
import { maskFor } from '../rendering/presentation-state/mask.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { notAcceptableError } from './acceptable.ts';
import { listed, type PresentationTarget, type PresentedFrame } from './presentation-references.ts';
import { acceptableParts, type RenderingPlan, type RenderingSelection, whyTooLarge } from './rendered-selection.ts';

/**
 * Decides for every frame that a Presentation State refers to whether and as what it is rendered: each is a Single Frame
 * Image of its own, because the Presentation State selects frames (D-26). What is not stored here is left out.
 *
 * @param maxRenderPixels most pixels of one image, source and result; 0 for no limit of this server's own
 * @requirement R-001-345
 * @requirement R-001-346
 */
export function selectPresentedRenderings(
  record: InstanceRecord,
  { state, frames, missing }: PresentationTarget,
  acceptable: AcceptableMediaTypes,
  parameters: RenderingParameters,
  maxRenderPixels: number,
): RenderingSelection {
  const ofParts = acceptableParts(acceptable);
  const plans: RenderingPlan[] = [];
  let leftOut: OriginServerError | undefined =
    missing.length === 0
      ? undefined
      : originServerError(
          'resource-unknown',
          `The Presentation State refers to what is not stored here: ${listed(missing)}.`,
        );
  for (const frame of frames) {
    try {
      checkSize(frame, { state }, parameters, maxRenderPixels);
      plans.push(planFrame(record, frame, { state }, ofParts));
    } catch (cause) {
      if (!(cause instanceof OriginServerError)) throw cause;
      leftOut ??= cause;
    }
  }
  return { plans, ...(leftOut === undefined ? {} : { leftOut }) };
}

type State = Pick<PresentationTarget, 'state'>;

function planFrame(
  record: InstanceRecord,
  frame: PresentedFrame,
  { state }: State,
  acceptable: AcceptableMediaTypes,
): RenderingPlan {
  const { superimposed, frameNumber } = frame;
  const isDecodable = [frame, superimposed].every((one) => !one || canDecode(one.record.index.TransferSyntaxUID));
  const supported = supportedRenderedMediaTypes(
    'Single Frame Image',
    (mediaType) => isDecodable && canRender(mediaType),
  );
  const selected = selectMediaType(acceptable, supported);
  if (selected.kind === 'not-acceptable') throw notAcceptableError(selected);
  const mask = maskFor(state.maskSubtractions, frameNumber, frame.record.index.image?.NumberOfFrames ?? 1);
  return {
    record: frame.record,
    frameNumber,
    mediaType: mediaTypeName(selected.mediaType),
    presentation: {
      record,
      ...(mask === undefined ? {} : { mask }),
      ...(superimposed === undefined
        ? {}
        : { superimposed: { record: superimposed.record, frameNumber: superimposed.frameNumber } }),
    },
  };
}

/** A displayed area may be far larger than its image, whether by its corners or by its magnification. */
function checkSize(
  { record, frameNumber, superimposed }: PresentedFrame,
  { state }: State,
  parameters: RenderingParameters,
  maxRenderPixels: number,
): void {
  const { Columns = 0, Rows = 0 } = record.index.image ?? {};
  const area = displayedAreaFor(state.displayedAreas, record.index.SOPInstanceUID, frameNumber);
  const { renderedWidth, renderedHeight } = displayedAreaGeometry(
    area,
    state.transformation,
    Columns,
    Rows,
    parameters.viewport,
  );
  const rendered = { viewport: { vw: renderedWidth, vh: renderedHeight } };
  const tooLarge =
    whyTooLarge(record, rendered, maxRenderPixels) ??
    (superimposed && whyTooLarge(superimposed.record, {}, maxRenderPixels));
  if (tooLarge !== undefined) throw originServerError('too-large-to-render', tooLarge);
}
