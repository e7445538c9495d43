import { canDecode } from '../codecs/decode-frame.ts';
import { OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import type { AcceptableMediaTypes } from '../negotiation/acceptable-media-types.ts';
import { mediaTypeName } from '../negotiation/media-type-name.ts';
import { supportedRenderedMediaTypes } from '../negotiation/rendered-media-types.ts';
import { resourceCategoryOf } from '../negotiation/resource-category.ts';
import { selectMediaType } from '../negotiation/selected-media-type.ts';
import { canRender } from '../rendering/pixel-pipeline.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { viewportGeometry } from '../rendering/viewport.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import { formatMediaType, type MediaType, parseMediaType } from '../syntax/media-type.ts';
import type { Weighted } from '../syntax/weighted.ts';
import type { VideoEncoder } from '../video/video-encoder.ts';
import type { VideoFormat } from '../video/video-format.ts';
import { notAcceptableError } from './acceptable.ts';
import { isStoredVideo } from './decoded-video.ts';
import type { FramePresentation } from './frame-presentation.ts';
import { type SupportedVideo, supportedVideoMediaTypes } from './video-media-types.ts';

/** One representation to be made: an instance, or one frame of it, in its own Selected Media Type. */
export interface RenderingPlan {
  readonly record: InstanceRecord;
  /** The frame, from 1; undefined where all frames go into one representation. */
  readonly frameNumber?: number;
  /** Value of Content-Type. */
  readonly mediaType: string;
  /** Where the frame is shown as a Presentation State says. */
  readonly presentation?: FramePresentation;
  /** Where all frames become a video. */
  readonly videoFormat?: VideoFormat;
}

export interface RenderingSelection {
  readonly plans: readonly RenderingPlan[];
  /** Why the first instance that is left out is left out. */
  readonly leftOut?: OriginServerError;
}

export interface RenderingLimits {
  readonly maxRenderPixels: number;
  readonly videoEncoder: VideoEncoder | undefined;
}

/** Pixels of one image that are rendered at the most, even where no limit is set: what image encoders take. */
const mostPixels = 2 ** 28;
const longestSide = 65535;

/**
 * Decides for every instance of the target whether and as what it is rendered (D-28).
 *
 * @param frameNumbers frames of the one instance, where the target is frames
 * @param limits most pixels of one image, source and result, 0 for no limit of this server's own; and what makes videos:
 *   without it an image that is time based is a Multi-Frame Image
 * @requirement R-001-277
 * @requirement R-001-343
 * @requirement R-001-375
 */
export function selectRenderings(
  records: readonly InstanceRecord[],
  frameNumbers: readonly number[] | undefined,
  acceptable: AcceptableMediaTypes,
  parameters: RenderingParameters,
  limits: RenderingLimits,
): RenderingSelection {
  const ofParts = acceptableParts(acceptable);
  const plans: RenderingPlan[] = [];
  let leftOut: OriginServerError | undefined;
  for (const record of records) {
    // Presentation States inside a study or series are not rendered, and that is no shortcoming (6.5.8.2).
    if (records.length > 1 && record.index.content === 'presentation-state') continue;
    try {
      plans.push(...planInstance(record, frameNumbers, ofParts, parameters, limits));
    } catch (cause) {
      if (!(cause instanceof OriginServerError)) throw cause;
      leftOut ??= cause;
    }
  }
  return { plans, ...(leftOut === undefined ? {} : { leftOut }) };
}

/** What is acceptable for each part where the user agent names the envelope: multipart/related; type="image/jpeg" (D-04). */
export function acceptableParts({ kind, field, parameter }: AcceptableMediaTypes): AcceptableMediaTypes {
  return { kind, field: field.map(partOf), ...(parameter === undefined ? {} : { parameter: parameter.map(partOf) }) };
}

function partOf(member: Weighted<MediaType>): Weighted<MediaType> {
  const { type, parameters } = member.value;
  if (type !== 'multipart') return member;
  const root = parseMediaType(parameters.get('type') ?? '*/*');
  return root.ok ? { ...member, value: root.value } : member;
}

function planInstance(
  record: InstanceRecord,
  frameNumbers: readonly number[] | undefined,
  acceptable: AcceptableMediaTypes,
  parameters: RenderingParameters,
  { maxRenderPixels, videoEncoder }: RenderingLimits,
): readonly RenderingPlan[] {
  const { index } = record;
  const facts = { ...index, selectedFrame: frameNumbers !== undefined };
  const category = resourceCategoryOf(facts, videoEncoder !== undefined && canDecode(index.TransferSyntaxUID));
  const isDecodable = isShown(record, videoEncoder);
  const supported: readonly SupportedVideo[] =
    category === 'Video'
      ? supportedVideoMediaTypes(index.TransferSyntaxUID, videoEncoder)
      : supportedRenderedMediaTypes(category, (mediaType) => isDecodable && canRender(mediaType));
  const selected = selectMediaType(acceptable, supported);
  if (selected.kind === 'not-acceptable') throw notAcceptableError(selected);
  const tooLarge = whyTooLarge(record, parameters, maxRenderPixels);
  if (tooLarge !== undefined) throw originServerError('too-large-to-render', tooLarge);
  const { image } = index;
  if (image !== undefined && parameters.viewport !== undefined) {
    // Costs nothing here, and spares the pixels of a request that has no answer.
    viewportGeometry(parameters.viewport, image.Columns, image.Rows);
  }
  const { format: videoFormat } = selected.supported;
  if (videoFormat !== undefined) return [{ record, mediaType: formatMediaType(selected.mediaType), videoFormat }];
  const mediaType = mediaTypeName(selected.mediaType);
  if (frameNumbers !== undefined) return frameNumbers.map((frameNumber) => ({ record, frameNumber, mediaType }));
  return category === 'Single Frame Image' ? [{ record, frameNumber: 1, mediaType }] : [{ record, mediaType }];
}

/** Whether the pixels of an instance can be decoded: an image here, a video by ffmpeg. */
export function isShown(record: InstanceRecord, videoEncoder: VideoEncoder | undefined): boolean {
  return canDecode(record.index.TransferSyntaxUID) || (videoEncoder !== undefined && isStoredVideo(record));
}

/**
 * Why an image is not rendered, in words, if it has too many pixels or would get too many.
 *
 * @param maxRenderPixels 0 for no limit of this server's own
 */
export function whyTooLarge(
  { index }: InstanceRecord,
  { viewport }: Pick<RenderingParameters, 'viewport'>,
  maxRenderPixels: number,
): string | undefined {
  const maxPixels = maxRenderPixels || mostPixels;
  const { Rows = 0, Columns = 0 } = index.image ?? {};
  if (Rows * Columns > maxPixels) return `The image is ${Columns} x ${Rows} pixels; at most ${maxPixels} are rendered.`;
  if (viewport === undefined) return undefined;
  const { vw, vh } = viewport;
  if (vw * vh <= maxPixels && vw <= longestSide && vh <= longestSide) return undefined;
  return `The viewport is ${vw} x ${vh} pixels; at most ${maxPixels}, and ${longestSide} on a side, are rendered.`;
}
