import { nativeBitsPerFrame } from '../dicom/image-pixel.ts';
import { OriginServerError } from '../errors/origin-server-error.ts';
import type { PackagedBody, Representation } from '../packaging/representation.ts';
import { dicomMediaType, type SelectedInstance } from './instance-representations.ts';
import { madeAhead } from './made-ahead.ts';
import { conversionOf, frameTransferSyntax } from './transcode.ts';

/** An instance with the part that it is sent as. */
export interface InstancePart {
  readonly instance: SelectedInstance;
  readonly part: Representation;
}

export interface ProvenParts {
  readonly parts: readonly InstancePart[];
  /** Why an instance was left out: the first failure. */
  readonly failure?: OriginServerError;
  /** Lets go of whatever is open; to be called when the body has been sent, or is not going to be. */
  close(): Promise<void>;
}

/** Bytes of stored objects that are transcoded before anything is sent: the memory and the time that the status may cost. */
const provenBytes = 16 * 1024 * 1024;

/** Instances under way in the pool at a time. */
const underWay = 4;

/**
 * Begins to transcode the instances of a target, or their frames, before the status is sent: an instance that cannot be
 * decoded is left out (D-28) instead of ending the connection in the middle. What a part has given already is kept for its turn.
 *
 * After the first megabytes the status goes out; what fails then still ends the connection, since nothing else would tell
 * that the answer is not whole.
 *
 * @requirement R-001-373
 */
export async function provenParts(parts: readonly InstancePart[]): Promise<ProvenParts> {
  const begun: AsyncIterator<Uint8Array>[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(begun.map((chunks) => chunks.return?.()));
  };
  const proven: InstancePart[] = [...parts];
  const failed = new Set<SelectedInstance>();
  const toProve = partsToProve(parts);
  let failure: OriginServerError | undefined;
  const prove = async (place: number): Promise<void> => {
    const { instance, part } = parts[place]!;
    try {
      if (instance.selected.supported.content !== dicomMediaType) {
        proven[place] = { instance, part: (await madeAhead([part]))[0]! };
        return;
      }
      const chunks = part.open()[Symbol.asyncIterator]();
      begun.push(chunks);
      const first = await chunks.next();
      proven[place] = { instance, part: { ...part, open: () => resumed(first, chunks) } };
    } catch (cause) {
      if (!(cause instanceof OriginServerError) || cause.status >= 500) throw cause;
      failure ??= cause;
      failed.add(instance);
    }
  };
  try {
    for (let from = 0; from < toProve.length; from += underWay) {
      const settled = await Promise.allSettled(toProve.slice(from, from + underWay).map(prove));
      for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    parts: proven.filter(({ instance }) => !failed.has(instance)),
    ...(failure === undefined ? {} : { failure }),
    close,
  };
}

/** The first instances of which frames are decoded, as many as the bytes allow. */
function partsToProve(parts: readonly InstancePart[]): readonly number[] {
  const places: number[] = [];
  let bytes = 0;
  for (const [place, { instance, part }] of parts.entries()) {
    const { record, selected } = instance;
    const { content, transferSyntax } = selected.supported;
    const { index } = record;
    if (content === dicomMediaType) {
      if (conversionOf(index, transferSyntax.uid).kind !== 'frames') continue;
      bytes += record.size;
    } else {
      if (part.length !== undefined || frameTransferSyntax(index.TransferSyntaxUID) === transferSyntax.uid) continue;
      bytes += index.image === undefined ? 0 : nativeBitsPerFrame(index.image) / 8;
    }
    if (bytes > provenBytes && places.length > 0) break;
    places.push(place);
  }
  return places;
}

async function* resumed(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

/** The body, which closes what its parts have open when it ends, however it ends. */
export function closing(body: PackagedBody, { close }: ProvenParts): PackagedBody {
  return {
    ...body,
    async *open() {
      try {
        yield* body.open();
      } finally {
        await close();
      }
    },
  };
}
