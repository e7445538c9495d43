import { canDecode } from '../codecs/decode-frame.ts';
import type { SupportedMediaType } from '../negotiation/media-range.ts';
import { mediaTypeOf } from '../negotiation/media-type-name.ts';
import { supportedRenderedMediaTypes } from '../negotiation/rendered-media-types.ts';
import { canRender } from '../rendering/pixel-pipeline.ts';
import { videoCodingOf } from '../video/stored-video.ts';
import type { VideoEncoder } from '../video/video-encoder.ts';
import { type VideoCoding, type VideoFormat, videoFormats } from '../video/video-format.ts';

/** A representation of an instance of the category Video: a video, or an animated image. */
export interface SupportedVideo extends SupportedMediaType {
  readonly format?: VideoFormat;
}

/**
 * The Rendered Media Types of a Video, the best first: there is no default (D-07). Best is what is stored, which is sent
 * as it is; then what most user agents play.
 *
 * @param videoEncoder without one a stored video is still sent as what it is
 * @requirement R-001-078
 * @requirement R-001-079
 * @requirement R-001-080
 */
export function supportedVideoMediaTypes(
  TransferSyntaxUID: string,
  videoEncoder: VideoEncoder | undefined,
): readonly SupportedVideo[] {
  const stored = videoCodingOf(TransferSyntaxUID);
  const isAtHand = (format: VideoFormat): boolean => videoEncoder?.formats.includes(format) ?? false;
  const formats = videoFormats
    .filter((format) => isAtHand(format) || format.coding === stored)
    .sort((a, b) => distanceFrom(stored, a) - distanceFrom(stored, b));
  const animations = canDecode(TransferSyntaxUID) ? supportedRenderedMediaTypes('Video', canRender) : [];
  return [...formats.map((format) => ({ mediaType: mediaTypeOfFormat(format), format })), ...animations];
}

function mediaTypeOfFormat({ mediaType, codecs }: VideoFormat) {
  return mediaTypeOf(mediaType, codecs === undefined ? {} : { codecs });
}

/** How far a format is from what is stored: the media type that stands for its coding, another container, another coding. */
function distanceFrom(stored: VideoCoding | undefined, { coding, codecs }: VideoFormat): number {
  if (coding !== stored) return 2;
  return codecs === undefined ? 0 : 1;
}
