import type { ImagePixel } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { TaskFrame } from '../pool/pixel-task.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { containerOf, octetsToTellContainer, videoCodingOf } from '../video/stored-video.ts';
import type { StoredVideo, VideoEncoder } from '../video/video-encoder.ts';
import { joinedFragments } from './fragments.ts';

/** Whether the pixels of an instance are a video stream, which only ffmpeg can take apart. */
export function isStoredVideo({ index }: InstanceRecord): boolean {
  return videoCodingOf(index.TransferSyntaxUID) !== undefined;
}

/** The bit stream of a video instance, and what it is in. */
export async function storedVideoOf(instanceStore: InstanceStore, record: InstanceRecord): Promise<StoredVideo> {
  const stream = await joinedFragments(instanceStore, record);
  const start = await beginningOf(stream.open(), octetsToTellContainer);
  return { container: containerOf(start), open: stream.open };
}

/** What the worker threads take decoded frames of a video with: everything but the frame. */
export async function decodedTaskOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): Promise<Omit<TaskFrame, 'frame' | 'frameNumber' | 'head'> & { readonly head: Uint8Array }> {
  const { headLength, dataSetOffset, image } = record.index;
  if (image === undefined) throw originServerError('not-renderable', 'The instance has no Image Pixel Module.');
  const head = await instanceStore.read(record, 0, headLength);
  const transferSyntaxUID = TransferSyntaxUID.ExplicitVRLittleEndian;
  return { key: record.digest, head, dataSetOffset, transferSyntaxUID, image: decodedImagePixel(image) };
}

/** What a frame is once it is decoded: R G B by pixel. */
function decodedImagePixel(image: ImagePixel): ImagePixel {
  const depth = { BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0 } as const;
  const color = { SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 } as const;
  return { ...image, ...depth, ...color, pixelData: 'PixelData' };
}

/**
 * Decodes one frame of a stored video: that very frame, not the nearest that stands alone. A frame selected from a
 * multi-frame instance is a Single Frame Image (PS3.18 Sup174 Table 6.1.1-1).
 *
 * @param isAdmitted whether the response has begun, so that it is too late to refuse
 * @throws OriginServerError `busy` if too many videos are worked on; `not-renderable`
 * @requirement R-001-056
 */
export async function videoTaskFrame(
  { instanceStore, videoEncoder }: { instanceStore: InstanceStore; videoEncoder: VideoEncoder | undefined },
  record: InstanceRecord,
  frameNumber: number,
  signal: AbortSignal,
  isAdmitted: boolean,
): Promise<TaskFrame> {
  if (videoEncoder === undefined) throw originServerError('not-renderable', noDecoder);
  const giveBack = await videoEncoder.reserve(signal, isAdmitted);
  try {
    const stored = await storedVideoOf(instanceStore, record);
    const task = await decodedTaskOf(instanceStore, record);
    const { Columns: width, Rows: height } = task.image;
    const frame = await videoEncoder.decodeFrame(stored, { width, height }, frameNumber, signal);
    return { ...task, frame, frameNumber };
  } finally {
    giveBack();
  }
}

/** Why a frame of a video is not rendered. */
export const noDecoder = 'A frame of a stored video is decoded by ffmpeg, and none is installed.';

async function beginningOf(octets: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of octets) {
    pieces.push(piece);
    total += piece.length;
    if (total >= length) break;
  }
  return Buffer.concat(pieces).subarray(0, length);
}
