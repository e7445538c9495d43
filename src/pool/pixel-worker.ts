import { move, transferableSymbol, valueSymbol } from 'piscina';
import sharp from 'sharp';
import { decodeFrame, encodeFrame } from '../codecs/decode-frame.ts';
import { memorySource } from '../dicom/byte-source.ts';
import type { DataSet } from '../dicom/data-set.ts';
import { readDataSet } from '../dicom/data-set-reader.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import { originServerError } from '../errors/origin-server-error.ts';
import { writeText } from '../rendering/corner-text.ts';
import { encodeJpeg } from '../rendering/encode/jpeg.ts';
import { type FrameToRender, renderFrame } from '../rendering/pixel-pipeline.ts';
import { renderPresentation } from '../rendering/presentation-state/presentation-pipeline.ts';
import { presentationStateOf } from '../rendering/presentation-state/presentation-state.ts';
import { failureOf, type Outcome } from './outcome.ts';
import { ownBuffer } from './own-buffer.ts';
import type { InstanceHead, RenderTask, TaskFrame, TranscodeTask, WorkerTask } from './pixel-task.ts';

// The threads of the pool are the parallelism; a second level of it below them would only contend.
sharp.concurrency(1);
sharp.cache(false);

/** Runs one task of the pixel pool in its worker thread. */
export default async function runTask(task: WorkerTask): Promise<Outcome> {
  try {
    const bytes = ownBuffer(await bytesOf(task));
    if (task.kind !== 'warm-up' && task.frame.buffer !== bytes.buffer) release(task.frame);
    const outcome: Outcome = { ok: true, bytes };
    return move({ [transferableSymbol]: [bytes.buffer], [valueSymbol]: outcome }) as unknown as Outcome;
  } catch (cause) {
    return failureOf(cause);
  }
}

/** Frees the memory of a frame now: a collector that waits for half a megabyte a task marks the whole heap all the time. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function bytesOf(task: WorkerTask): Promise<Uint8Array> {
  switch (task.kind) {
    case 'render':
      return render(task);
    case 'transcode':
      return transcode(task);
    case 'warm-up':
      return warmUp();
  }
}

async function render(task: RenderTask): Promise<Uint8Array> {
  const { presentation, mediaType, parameters } = task;
  if (presentation === undefined) return renderFrame(sourceOf(task), mediaType, parameters);
  const { state, mask, superimposed } = presentation;
  const source = {
    ...sourceOf(task),
    presentationState: presentationStateOf(dataSetOf(state)),
    ...(mask === undefined ? {} : { mask }),
    ...(superimposed === undefined ? {} : { superimposed: sourceOf(superimposed) }),
  };
  return renderPresentation(source, mediaType, parameters);
}

function sourceOf(taskFrame: TaskFrame): FrameToRender {
  const { image, transferSyntaxUID, frame, frameNumber } = taskFrame;
  return { dataSet: dataSetOf(taskFrame), image, transferSyntaxUID, frame, frameNumber };
}

async function transcode(task: TranscodeTask): Promise<Uint8Array> {
  const decoded = await decodeFrame(task.frame, task.image, { transferSyntaxUID: task.fromTransferSyntaxUID });
  return encodeFrame(decoded, task.image, { transferSyntaxUID: task.toTransferSyntaxUID });
}

/** Has libvips load what the first image, and the first text on one, would otherwise wait for. */
async function warmUp(): Promise<Uint8Array> {
  const image = { width: 64, height: 64, channels: 1, pixels: new Uint8Array(64 * 64) } as const;
  return encodeJpeg(await writeText(image, [{ corner: 'top left', lines: ['A'] }]));
}

const dataSetsKept = 16;

/** Parsed heads by digest, the one used last at the end: frames of one object tend to come in a row. */
const dataSets = new Map<string, DataSet>();

function dataSetOf(instance: InstanceHead): DataSet {
  const { key } = instance;
  const dataSet = dataSets.get(key) ?? parseHead(instance);
  dataSets.delete(key);
  dataSets.set(key, dataSet);
  if (dataSets.size > dataSetsKept) dataSets.delete(dataSets.keys().next().value!);
  return dataSet;
}

function parseHead({ head, dataSetOffset, transferSyntaxUID }: InstanceHead): DataSet {
  const encoding = transferSyntaxOf(transferSyntaxUID) ?? { explicitVR: true, bigEndian: false };
  const read = readDataSet(memorySource(head), dataSetOffset, { encoding });
  if (!read.ok) throw originServerError('not-renderable', `The data set cannot be read: ${read.detail}`);
  return read.dataSet;
}
