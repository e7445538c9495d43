import type { VideoCoding } from './video-format.ts';

/** What holds a video stream: an ISO base media file, a program or transport stream, or nothing but the stream. */
export type VideoContainer = 'mp4' | 'program stream' | 'transport stream' | 'elementary stream';

/** Octets of the beginning that {@link containerOf} looks at. */
export const octetsToTellContainer = 1024;

const packetLength = 188;

/** Tells by its first octets what a stored bit stream is in: the transfer syntaxes of the MPEG family leave it open (PS3.5 8.2.5 to 8.2.8). */
export function containerOf(start: Uint8Array): VideoContainer {
  const octets = Buffer.from(start.buffer, start.byteOffset, start.length);
  if (['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide'].includes(octets.toString('latin1', 4, 8))) return 'mp4';
  // Pack header (ISO/IEC 13818-1 2.5.3.3); sync bytes at a distance of one packet (2.4.3.2)
  if (octets.length >= 4 && octets.readUInt32BE(0) === 0x000001ba) return 'program stream';
  if (octets[0] === 0x47 && octets[packetLength] === 0x47) return 'transport stream';
  return 'elementary stream';
}

/** Coding of the MPEG transfer syntaxes (PS3.6 A). */
const codings: readonly (readonly [prefix: RegExp, coding: VideoCoding])[] = [
  [/^1\.2\.840\.10008\.1\.2\.4\.10[01](\.1)?$/, 'mpeg-2'],
  [/^1\.2\.840\.10008\.1\.2\.4\.10[2-6](\.1)?$/, 'h264'],
  [/^1\.2\.840\.10008\.1\.2\.4\.10[78]$/, 'hevc'],
];

/** Coding of the video of a transfer syntax; undefined if its frames are images of their own. */
export function videoCodingOf(transferSyntaxUID: string): VideoCoding | undefined {
  return codings.find(([uid]) => uid.test(transferSyntaxUID))?.[1];
}

/** The containers that a media type is sent in as it is stored. */
export const containersSent: Readonly<Record<string, readonly VideoContainer[]>> = {
  'video/mp4': ['mp4'],
  'video/mpeg': ['program stream', 'elementary stream'],
  'video/h265': ['elementary stream'],
};
