import type { DataSet } from '../dicom/data-set.ts';
import { frameCount } from '../dicom/frame-index.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { type FramePosition, framePositionOf, normalOf } from '../rendering/presentation-state/frame-position.ts';
import {
  type PresentationInput,
  type PresentationState,
  presentationStateOf,
} from '../rendering/presentation-state/presentation-state.ts';
import type { InstanceRecord } from '../storage/catalog.ts';
import type { InstanceStore } from '../storage/instance-store.ts';
import { dataSetOfHead } from './frame-rendering.ts';
import { instanceHead } from './instance-head.ts';
import { storedBytes } from './stored-bytes.ts';

/** One frame that a Presentation State refers to. */
export interface ReferencedFrame {
  readonly record: InstanceRecord;
  /** From 1. */
  readonly frameNumber: number;
  readonly position: FramePosition;
}

/** What a Presentation State makes a picture of. */
export interface PresentedFrame extends ReferencedFrame {
  /** Of a blending: the frame that is laid over it. */
  readonly superimposed?: ReferencedFrame;
}

/** The images of a Presentation State, as far as they are stored here. */
export interface PresentationTarget {
  readonly state: PresentationState;
  /** In the order of the response. */
  readonly frames: readonly PresentedFrame[];
  /** What is referred to and not stored here, in words. */
  readonly missing: readonly string[];
}

/**
 * Finds what a Presentation State refers to: instances of its study, whole series of it, frames of them; of a blending the
 * images under the others, each with the one over it.
 *
 * @throws OriginServerError `not-renderable` for a kind that is not rendered or one without references; `resource-unknown`
 *   if nothing that it refers to is stored here
 * @requirement R-001-346
 * @requirement R-001-347
 */
export async function presentationTarget(
  instanceStore: InstanceStore,
  record: InstanceRecord,
): Promise<PresentationTarget> {
  const state = presentationStateOf(await dataSetOf(instanceStore, record));
  const below = await resolve(instanceStore, record, state.input);
  const above = state.superimposed && (await resolve(instanceStore, record, state.superimposed));
  const missing = [...below.missing, ...(above?.missing ?? [])];
  if (below.frames.length === 0) {
    if (missing.length === 0) throw originServerError('not-renderable', 'The Presentation State refers to no image.');
    throw originServerError(
      'resource-unknown',
      `Nothing that the Presentation State refers to is stored here. Missing: ${listed(missing)}.`,
    );
  }
  const frames = inOrder(below.frames);
  const over = inOrder(above?.frames ?? []);
  return {
    state,
    missing,
    frames: frames.map((frame, i) => {
      const superimposed = partnerOf(frame, over, over.length === frames.length ? i : undefined);
      return superimposed === undefined ? frame : { ...frame, superimposed };
    }),
  };
}

/** References by name, and of very many the number of the others. */
export function listed(missing: readonly string[]): string {
  const shown = missing.slice(0, 20).join(', ');
  return missing.length > 20 ? `${shown} and ${missing.length - 20} more` : shown;
}

async function dataSetOf(instanceStore: InstanceStore, record: InstanceRecord): Promise<DataSet> {
  const { headLength, dataSetOffset, TransferSyntaxUID } = record.index;
  const head = await storedBytes(instanceStore, record).read(0, headLength);
  return dataSetOfHead(head, dataSetOffset, TransferSyntaxUID);
}

interface Resolved {
  readonly frames: readonly ReferencedFrame[];
  readonly missing: readonly string[];
}

async function resolve(
  instanceStore: InstanceStore,
  presentationState: InstanceRecord,
  input: PresentationInput,
): Promise<Resolved> {
  const frames: ReferencedFrame[] = [];
  const missing: string[] = [];
  const { aeTitle, index } = presentationState;
  const study = { aeTitle, StudyInstanceUID: input.StudyInstanceUID ?? index.StudyInstanceUID };
  for (const { SeriesInstanceUID, images } of input.series) {
    // One look-up finds all images of a series, in the order of the series where the whole of it is meant.
    const stored = (await instanceStore.find({ ...study, SeriesInstanceUID })).filter(
      (record) => record.index.content === 'image',
    );
    const byUID = new Map(stored.map((record) => [record.index.SOPInstanceUID, record]));
    if (images.length === 0 && stored.length === 0) missing.push(`series ${SeriesInstanceUID}`);
    const wanted =
      images.length > 0 ? images : [...byUID.keys()].map((uid) => ({ SOPInstanceUID: uid, frameNumbers: [] }));
    for (const { SOPInstanceUID, frameNumbers } of wanted) {
      const record = byUID.get(SOPInstanceUID);
      const resolved = record && (await framesOf(instanceStore, record, frameNumbers));
      if (resolved === undefined) {
        missing.push(`instance ${SOPInstanceUID}`);
        continue;
      }
      frames.push(...resolved.found);
      missing.push(...resolved.absent.map((frameNumber) => `frame ${frameNumber} of instance ${SOPInstanceUID}`));
    }
  }
  return { frames: withoutRepeats(frames), missing: [...new Set(missing)] };
}

/** A frame is rendered once, however often it is referred to. */
function withoutRepeats(frames: readonly ReferencedFrame[]): readonly ReferencedFrame[] {
  const byPlace = new Map<string, ReferencedFrame>();
  for (const frame of frames) {
    const place = `${frame.record.id} ${frame.frameNumber}`;
    if (!byPlace.has(place)) byPlace.set(place, frame);
  }
  return [...byPlace.values()];
}

/** Frames of an instance: those of the numbers, or all. `undefined` for one whose pixel data has no frames. */
async function framesOf(
  instanceStore: InstanceStore,
  record: InstanceRecord,
  frameNumbers: readonly number[],
): Promise<{ readonly found: readonly ReferencedFrame[]; readonly absent: readonly number[] } | undefined> {
  if ((await instanceStore.frameIndex(record)) === undefined) return undefined;
  const { head, frames } = await instanceHead(instanceStore, record, storedBytes(instanceStore, record));
  const count = frameCount(frames);
  const dataSet = dataSetOfHead(head, record.index.dataSetOffset, record.index.TransferSyntaxUID);
  const wanted =
    frameNumbers.length === 0 ? Array.from({ length: count }, (_, i) => i + 1) : [...new Set(frameNumbers)];
  const found = wanted.filter((frameNumber) => frameNumber <= count);
  return {
    found: found.map((frameNumber) => ({ record, frameNumber, position: framePositionOf(dataSet, frameNumber) })),
    absent: wanted.filter((frameNumber) => frameNumber > count),
  };
}

/** What tells the order of frames, the first that all of them have; the next ones where that leaves two of them equal. */
const criteria: readonly ((position: FramePosition, normal: readonly number[]) => readonly number[] | undefined)[] = [
  ({ DimensionIndexValues }) => DimensionIndexValues,
  // Along the stack, and within a plane from the top and from the left.
  ({ ImagePositionPatient: place }, normal) => place && [dot(place, normal), place[2]!, place[1]!, place[0]!],
  ({ ImagePositionVolume: place }) => place && [place[2]!, place[1]!, place[0]!],
];

/**
 * Puts frames into the order of the response: by Dimension Index Values, by Image Position (Patient) along the normal of
 * the first image, by Image Position (Volume), each where every frame has it; and else as they are referred to.
 *
 * @requirement R-001-350
 * @requirement R-001-351
 * @requirement R-001-352
 * @requirement R-001-353
 * @requirement R-001-354
 * @requirement R-001-355
 */
export function inOrder<F extends Pick<ReferencedFrame, 'position'>>(frames: readonly F[]): readonly F[] {
  const orientation = frames[0]?.position.ImageOrientationPatient;
  const normal = orientation === undefined ? [0, 0, 0] : normalOf(orientation);
  const keys = frames.map(({ position }) => criteria.map((criterion) => criterion(position, normal)));
  const usable = criteria.map((_, c) => c).filter((c) => keys.every((key) => key[c] !== undefined));
  const compare = (a: number, b: number): number => {
    for (const c of usable) {
      const difference = compareNumbers(keys[a]![c]!, keys[b]![c]!);
      if (difference !== 0) return difference;
    }
    return a - b;
  };
  return frames
    .map((_, i) => i)
    .sort(compare)
    .map((i) => frames[i]!);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  // Projections differ by rounding where positions do not.
  for (let i = 0; i < length; i++) if (Math.abs(a[i]! - b[i]!) > 1e-6) return a[i]! - b[i]!;
  return a.length - b.length;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/**
 * The superimposed frame that belongs to an underlying one: that of the nearest plane where positions are known, else that
 * of the same place in the order, and the only one for all of them.
 */
function partnerOf(
  frame: ReferencedFrame,
  over: readonly ReferencedFrame[],
  sameIndex: number | undefined,
): ReferencedFrame | undefined {
  const { ImagePositionPatient: place, ImageOrientationPatient: orientation } = frame.position;
  if (
    place === undefined ||
    orientation === undefined ||
    !over.every(({ position }) => position.ImagePositionPatient)
  ) {
    return over.length === 1 ? over[0] : sameIndex === undefined ? undefined : over[sameIndex];
  }
  const normal = normalOf(orientation);
  const distance = ({ position }: ReferencedFrame): number =>
    Math.abs(dot(position.ImagePositionPatient!, normal) - dot(place, normal));
  return over.reduce<ReferencedFrame | undefined>(
    (nearest, one) => (nearest === undefined || distance(one) < distance(nearest) ? one : nearest),
    undefined,
  );
}
