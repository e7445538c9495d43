import { execFile } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';

/** What one run of ffmpeg reads, and how it is told what to make of it. */
export interface FfmpegRun {
  /** Octets for its standard input, or a file that it can go back and forth in. */
  readonly input: AsyncIterable<Uint8Array> | string;
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
}

/** Encoders that a program of ffmpeg has. @throws Error if there is no such program */
export async function encodersOf(program: string): Promise<ReadonlySet<string>> {
  const { stdout } = await promisify(execFile)(program, ['-hide_banner', '-encoders'], { timeout: 10_000 });
  // " V....D libx264    libx264 H.264 / AVC ..."
  return new Set([...stdout.matchAll(/^ V\S{5} (\S+)/gm)].map((match) => match[1]!));
}

/** Has the library ask the program what it can, which it does before its first run and keeps: the first video need not wait for that. */
export function askCapabilities(program: string): void {
  const command = ffmpeg().setFfmpegPath(program);
  command.getAvailableFormats(() => command.getAvailableEncoders(() => undefined));
}

/** Octets read ahead of the program, and written ahead of who reads. */
const highWaterMark = 1 << 20;

/**
 * Runs ffmpeg and gives its output as it comes, no faster than it is taken. The process ends with the iteration, whether
 * that has come to its end, is left, or is aborted.
 *
 * @throws Error from the iteration if ffmpeg fails, or writes nothing at all
 */
export async function* runFfmpeg(
  program: string,
  { input, inputOptions, outputOptions }: FfmpegRun,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  signal.throwIfAborted();
  let inputFailure: unknown;
  const source = typeof input === 'string' ? input : readable(input, (cause) => (inputFailure = cause));
  const output = new PassThrough({ highWaterMark });
  const command = ffmpeg(source)
    .setFfmpegPath(program)
    .inputOptions([...inputOptions])
    .outputOptions([...outputOptions]);
  let isLeft = false;
  const leave = (): void => {
    isLeft = true;
    command.kill('SIGKILL');
    output.destroy();
    if (typeof source !== 'string') source.destroy();
  };
  // The process may not have been started yet when it is not wanted any more.
  command.on('start', () => isLeft && command.kill('SIGKILL'));
  const failed = new Promise<never>((_, reject) => {
    command.on('error', reject);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const ended = Promise.race([failed, new Promise<void>((resolve) => command.once('end', () => resolve()))]);
  ended.catch(leave);
  command.pipe(output, { end: true });
  let isEmpty = true;
  try {
    for await (const piece of output as AsyncIterable<Uint8Array>) {
      isEmpty = false;
      yield piece;
    }
    // The output also ends when the program fails, before it is known to have failed.
    await ended;
    if (isEmpty) throw new Error('ffmpeg wrote nothing.');
  } catch (cause) {
    throw inputFailure ?? (isLeft ? await failed.catch((reason: unknown) => reason) : cause);
  } finally {
    leave();
  }
}

function readable(input: AsyncIterable<Uint8Array>, onFailure: (cause: unknown) => void): Readable {
  async function* noted(): AsyncGenerator<Uint8Array> {
    try {
      yield* input;
    } catch (cause) {
      onFailure(cause);
      throw cause;
    }
  }
  return Readable.from(noted(), { objectMode: false, highWaterMark });
}
