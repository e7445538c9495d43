/** A video stream of one kind in a container of one kind. */
export interface VideoFormat {
  /** `type/subtype`, as Table 6.1.1-3 spells it in lower case. */
  readonly mediaType: 'video/mp4' | 'video/mpeg' | 'video/h265';
  /** Value of the codecs parameter that asks for it (RFC 6381); the format of a media type that asks for none comes first. */
  readonly codecs?: string;
  readonly coding: VideoCoding;
  /** The name that ffmpeg gives to the encoder. */
  readonly encoder: 'libx264' | 'libx265' | 'mpeg2video';
  /** What ffmpeg writes it with, as it comes: to a pipe, that cannot be gone back in. */
  readonly muxer: readonly string[];
  /** The rates that the coding can state, in frames per second; any if undefined. */
  readonly frameRates?: readonly number[];
  /** Options that stand for the quality parameter, 1 to 100. */
  quality(quality: number): readonly string[];
}

export type VideoCoding = 'mpeg-2' | 'h264' | 'hevc';

/** An MP4 that can be played from its first octets on: no index at its end, a fragment for every group of pictures. */
const fragmentedMp4 = ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof'];

const h264 = {
  coding: 'h264',
  encoder: 'libx264',
  muxer: fragmentedMp4,
  // From 41, where little can be recognised, to 11, where no difference can be seen.
  quality: (quality) => ['-preset', 'veryfast', '-crf', String(Math.round(41 - 0.3 * quality))],
} as const satisfies Partial<VideoFormat>;

const hevc = {
  coding: 'hevc',
  encoder: 'libx265',
  muxer: [...fragmentedMp4, '-tag:v', 'hvc1'],
  quality: (quality) => [
    ...['-preset', 'ultrafast', '-crf', String(Math.round(43 - 0.3 * quality))],
    ...['-x265-params', 'log-level=error'],
  ],
} as const satisfies Partial<VideoFormat>;

/** The video formats, the most widely played first (Table 6.1.1-3, category Video). */
export const videoFormats: readonly VideoFormat[] = [
  { mediaType: 'video/mp4', ...h264 },
  { mediaType: 'video/mp4', codecs: 'avc1', ...h264 },
  { mediaType: 'video/mp4', codecs: 'hvc1', ...hevc },
  {
    mediaType: 'video/mpeg',
    coding: 'mpeg-2',
    encoder: 'mpeg2video',
    muxer: ['-f', 'vob'],
    frameRates: [24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60000 / 1001, 60],
    quality: (quality) => [
      '-q:v',
      String(Math.round(2 + (100 - quality) * 0.29)),
      '-maxrate',
      '80M',
      '-bufsize',
      '9781k',
    ],
  },
  { mediaType: 'video/h265', ...hevc, muxer: ['-f', 'hevc'] },
];
