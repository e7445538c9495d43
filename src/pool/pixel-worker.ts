import { move, transferableSymbol, valueSymbol } from 'piscina';
import sharp from 'sharp';
import { decodeFrame, encodeFrame } from '../codecs/decode-frame.ts';
import { help } from '../codecs/jpeg-2000/block-work.ts';
import { shareNext, shareNoMore } from '../codecs/jpeg-2000/reversible-decoder.ts';
import { memorySource } from '../dicom/byte-source.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { readDataSet } from '../dicom/data-set-reader.ts';
import type { ImagePixel } from '../dicom/image-pixel.ts';
import { TransferSyntaxUID, transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { writeText } from '../rendering/corner-text.ts';
import { encodeJpeg } from '../rendering/encode/jpeg.ts';
import { type FrameToRender, renderFrame } from '../rendering/pixel-pipeline.ts';
import { renderPresentation } from '../rendering/presentation-state/presentation-pipeline.ts';
import { presentationStateOf } from '../rendering/presentation-state/presentation-state.ts';
import { failureOf, type Outcome } from './outcome.ts';
import { ownBuffer } from './own-buffer.ts';
import type { InstanceHead, RenderTask, TaskFrame, TranscodeTask, WorkerTask } from './pixel-task.ts';
import { TaskOctets } from './task-octets.ts';

// The threads of the pool are the parallelism; a second level of it below them would only contend.
sharp.concurrency(1);
sharp.cache(false);

/** Runs one task of the pixel pool in its worker thread. */
export default async function runTask(task: WorkerTask): Promise<Outcome> {
  const octets = new TaskOctets();
  try {
    if ('frame' in task && task.shared !== undefined) shareNext(task.shared);
    const bytes = ownBuffer(await bytesOf(task, octets));
    if ('frame' in task && task.frame instanceof Uint8Array && task.frame.buffer !== bytes.buffer) release(task.frame);
    const outcome: Outcome = { ok: true, bytes };
    return move({ [transferableSymbol]: [bytes.buffer], [valueSymbol]: outcome }) as unknown as Outcome;
  } catch (cause) {
    return failureOf(cause);
  } finally {
    shareNoMore();
    octets.giveBack();
  }
}

/** Frees the memory of a frame now: a collector that waits for half a megabyte a task marks the whole heap all the time. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

async function bytesOf(task: WorkerTask, octets: TaskOctets): Promise<Uint8Array> {
  switch (task.kind) {
    case 'render':
      return render(task, octets);
    case 'transcode':
      return transcode(task, octets);
    case 'help':
      help(task.shared);
      return new Uint8Array(0);
    case 'warm-up':
      return warmUp();
  }
}

async function render(task: RenderTask, octets: TaskOctets): Promise<Uint8Array> {
  const { presentation, mediaType, parameters } = task;
  const source = sourceOf(task, octets);
  if (presentation === undefined) return renderFrame(source, mediaType, parameters);
  const { state, mask, superimposed } = presentation;
  const presented = {
    ...source,
    presentationState: presentationStateOf(dataSetOf(state, octets)),
    ...(mask === undefined ? {} : { mask: { ...mask, frames: mask.frames.map((frame) => octets.pixels(frame)) } }),
    ...(superimposed === undefined ? {} : { superimposed: sourceOf(superimposed, octets) }),
  };
  return renderPresentation(presented, mediaType, parameters);
}

function sourceOf(taskFrame: TaskFrame, octets: TaskOctets): FrameToRender {
  const { image, transferSyntaxUID, frameNumber } = taskFrame;
  const frame = octets.pixels(taskFrame.frame);
  return { dataSet: dataSetOf(taskFrame, octets), image, transferSyntaxUID, frame, frameNumber };
}

async function transcode(task: TranscodeTask, octets: TaskOctets): Promise<Uint8Array> {
  const frame = octets.pixels(task.frame);
  const decoded = await decodeFrame(frame, task.image, { transferSyntaxUID: task.fromTransferSyntaxUID });
  return encodeFrame(decoded, task.image, { transferSyntaxUID: task.toTransferSyntaxUID });
}

/**
 * Has libvips load what the first image, and the first text on one, would otherwise wait for, and the engine compile what
 * every image goes through.
 */
async function warmUp(): Promise<Uint8Array> {
  const side = 256;
  const image = sampleImagePixel(side);
  const head = { key: 'warm-up', head: new Uint8Array(0), dataSetOffset: 0, transferSyntaxUID: nativeLittleEndian };
  const frame = new Uint8Array(2 * side * side);
  const source = {
    dataSet: parseHead(head, head.head),
    image,
    transferSyntaxUID: nativeLittleEndian,
    frame,
    frameNumber: 1,
  };
  const window = { center: 0, width: 100, shape: 'linear' } as const;
  for (let time = 0; time < timesToCompile; time++) {
    await renderFrame(source, 'image/jpeg', { window });
    await renderFrame(source, 'image/jpeg', { window, viewport: { vw: side / 2, vh: side / 2 } });
  }
  const picture = { width: 64, height: 64, channels: 1, pixels: new Uint8Array(64 * 64) } as const;
  return encodeJpeg(await writeText(picture, [{ corner: 'top left', lines: ['A'] }]));
}

/** After so many images of a quarter of the usual size the engine has compiled its loops. */
const timesToCompile = 8;

const nativeLittleEndian = TransferSyntaxUID.ExplicitVRLittleEndian;

function sampleImagePixel(side: number): ImagePixel {
  const depth = { BitsAllocated: 16, BitsStored: 16, HighBit: 15, PixelRepresentation: 0 } as const;
  const gray = { SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 } as const;
  return { Rows: side, Columns: side, ...depth, ...gray, NumberOfFrames: 1, pixelData: 'PixelData' };
}

const dataSetsKept = 16;

/** Parsed heads by digest, the one used last at the end: frames of one object tend to come in a row. */
const dataSets = new Map<string, DataSet>();

function dataSetOf(instance: InstanceHead, octets: TaskOctets): DataSet {
  const { key } = instance;
  const dataSet = dataSets.get(key) ?? parseHead(instance, octets.head(instance));
  dataSets.delete(key);
  dataSets.set(key, dataSet);
  if (dataSets.size > dataSetsKept) dataSets.delete(dataSets.keys().next().value!);
  return dataSet;
}

function parseHead({ dataSetOffset, transferSyntaxUID }: InstanceHead, head: Uint8Array): DataSet {
  const encoding = transferSyntaxOf(transferSyntaxUID) ?? { explicitVR: true, bigEndian: false };
  const read = readDataSet(memorySource(head), dataSetOffset, { encoding });
  if (!read.ok) throw originServerError('not-renderable', `The data set cannot be read: ${read.detail}`);
  return read.dataSet;
}
