import { lendInstead } from '../buffers/reusable-buffers.ts';
import { excerptOf, type FrameIndex, frameBytes, frameCount, frameRange } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import type { Representation } from '../packaging/representation.ts';
import type { PixelPool } from '../pool/pixel-pool.ts';
import type { TaskPixels, TranscodeTask } from '../pool/pixel-task.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { instanceURI } from './resource-uri.ts';
import { type StoredBytes, storedBytes } from './stored-bytes.ts';
import { frameTransferSyntax } from './transcode.ts';

/** What retrieving pixel data needs. */
export interface PixelDataNeeds {
  readonly instanceStore: InstanceStore;
  readonly pixelPool: PixelPool;
  readonly serviceRoot: string;
  readonly signal: AbortSignal;
}

/**
 * Where the frames of an instance are, once it is certain that it has all those asked for.
 *
 * @throws OriginServerError 404 if the instance has no pixel data, or not that frame
 * @requirement R-000-055
 */
export async function frameIndexOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  frameNumbers: readonly number[],
): Promise<FrameIndex> {
  const frames = await instanceStore.frameIndex(record);
  if (frames === undefined) throw originServerError('frame-unknown', 'The instance has no pixel data.');
  const count = frameCount(frames);
  const absent = frameNumbers.find((frameNumber) => frameNumber > count);
  if (absent !== undefined) {
    const held = count === 1 ? 'one frame' : `${count} frames`;
    throw originServerError('frame-unknown', `Frame ${absent} was asked for; the instance has ${held}.`);
  }
  return frames;
}

/**
 * Frames of an instance, one representation each. PS3.18 Sup174 6.5, RetrieveFrames.
 *
 * @param transferSyntaxUID how they are encoded: as stored, or what they can be transcoded to
 * @param form value of Content-Type, and the extension of a file in an archive, with its dot
 * @requirement R-001-229
 * @requirement R-001-230
 */
export function frameRepresentations(
  needs: PixelDataNeeds,
  record: InstanceRecord,
  frames: FrameIndex,
  frameNumbers: readonly number[],
  transferSyntaxUID: string,
  { mediaType, extension }: { readonly mediaType: string; readonly extension: string },
): readonly Representation[] {
  const frameOf = frameReader(needs, record, frames, transferSyntaxUID);
  const isStored = isFrameAsStored(record, transferSyntaxUID);
  const length = frames.kind === 'native' && isStored ? { length: Math.ceil(frames.bitsPerFrame / 8) } : {};
  const uri = instanceURI(needs.serviceRoot, record);
  return frameNumbers.map((frameNumber) => ({
    mediaType,
    location: `${uri}/frames/${frameNumber}`,
    ...length,
    fileName: `${String(frameNumber).padStart(6, '0')}${extension}`,
    async *open() {
      yield await frameOf(frameNumber);
    },
  }));
}

/**
 * Reads frames in a transfer syntax: as they are stored by ranged reads of the object, so that frame 10,000 costs what
 * frame 1 does; otherwise decoded and encoded again in the pixel pool.
 */
export function frameReader(
  { instanceStore, pixelPool, signal }: Omit<PixelDataNeeds, 'serviceRoot'>,
  record: InstanceRecord,
  frames: FrameIndex,
  transferSyntaxUID: string,
): (frameNumber: number) => Promise<Uint8Array> {
  const bytes = storedBytes(instanceStore, record);
  if (isFrameAsStored(record, transferSyntaxUID)) return (frameNumber) => storedFrame(bytes, frames, frameNumber);
  const { image } = record.index;
  if (image === undefined) throw originServerError('frame-unknown', 'The instance has no pixel data.');
  const fromTransferSyntaxUID = frameTransferSyntax(record.index.TransferSyntaxUID);
  const toTransferSyntaxUID = frameTransferSyntax(transferSyntaxUID);
  return (frameNumber) => {
    const read = async (): Promise<TranscodeTask> => {
      const frame = await taskPixelsOf(bytes, frames, frameNumber);
      return { image, frame, fromTransferSyntaxUID, toTransferSyntaxUID };
    };
    return pixelPool.transcode(read, signal);
  };
}

function isFrameAsStored({ index }: InstanceRecord, transferSyntaxUID: string): boolean {
  return frameTransferSyntax(index.TransferSyntaxUID) === frameTransferSyntax(transferSyntaxUID);
}

/**
 * Reads one frame that the index is known to have. Native frames are little endian and begin on an octet of their own
 * (D-51); fragments of one frame are joined.
 */
export async function storedFrame(bytes: StoredBytes, frames: FrameIndex, frameNumber: number): Promise<Uint8Array> {
  const range = frameRange(frames, frameNumber);
  if (range === undefined) throw originServerError('frame-unknown', `The instance has no frame ${frameNumber}.`);
  const raw = await bytes.read(range.offset, range.length);
  return lendInstead(raw, frameBytes(frames, frameNumber, raw));
}

/** One frame that the index is known to have as the worker threads take it: where it is, or its octets. */
export async function taskPixelsOf(bytes: StoredBytes, frames: FrameIndex, frameNumber: number): Promise<TaskPixels> {
  if (bytes.file === undefined) return storedFrame(bytes, frames, frameNumber);
  return { file: bytes.file, ...excerptOf(frames, frameNumber) };
}
