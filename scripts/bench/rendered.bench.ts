import os from 'node:os';
import sharp from 'sharp';
import type { ChildServer } from './child-server.ts';
import { ask, expectStatus, inParallel, median, percentile } from './client.ts';
import type { Row } from './row.ts';

/** A stored slice of 512 x 512 words of 16 bits: where it is, and its pixels. */
export interface Slice {
  readonly url: string;
  readonly pixels: Uint16Array<ArrayBuffer>;
}

const side = 512;

/** Every round renders other slices, or the same with another window: nothing is in the cache. */
const rounds = 4;

/** What is asked for, and what the library is asked for beside it. */
const pictures = [
  { what: 'JPEG', query: '', accept: 'image/jpeg', size: side },
  { what: 'JPEG of 256 pixels', query: 'viewport=256,256&', accept: 'image/jpeg', size: 256 },
  { what: 'JPEG of 128 pixels', query: 'viewport=128,128&', accept: 'image/jpeg', size: 128 },
  { what: 'PNG', query: '', accept: 'image/png', size: side },
] as const;

type Picture = (typeof pictures)[number];

interface Measured {
  images: number;
  seconds: number;
  /** Seconds of processor time, of all threads. */
  cpu: number;
  readonly times: number[];
}

const nothing = (): Measured => ({ images: 0, seconds: 0, cpu: 0, times: [] });

/**
 * Rendered images that are not in the cache, beside the bare library calls on one core: a table over the words, and the image
 * library to scale and encode. Then the same image again and again.
 */
export async function benchRendered(server: ChildServer, slices: readonly Slice[]): Promise<readonly Row[]> {
  sharp.concurrency(1);
  sharp.cache(false);
  const rows: Row[] = [];
  let center = 0;
  for (const picture of pictures) {
    const bare = nothing();
    const served = new Map([1, 8].map((connections) => [connections, nothing()]));
    for (let round = 0; round < rounds; round++) {
      const each = slices.length / rounds;
      const some = slices.slice(round * each, (round + 1) * each);
      await measureBare(bare, some, picture);
      for (const [connections, measured] of served) {
        const query = `${picture.query}window=${++center},400,linear`;
        await measureServer(server, measured, some, connections, query, picture.accept);
      }
    }
    for (const [connections, measured] of served) rows.push(rowOf(picture, connections, measured, bare));
    const [one, eight] = [...served.values()].map(rate) as [number, number];
    rows.push({
      what: `rendered ${picture.what}, 8 at a time over 1 at a time`,
      value: `${(eight / one).toFixed(2)} times the images/s`,
      limit: `${os.availableParallelism()} cores, this client on them too`,
    });
  }
  rows.push(await repeated(server, slices[0]!));
  return rows;
}

function rate({ images, seconds }: Measured): number {
  return images / seconds;
}

function rowOf({ what }: Picture, connections: number, measured: Measured, bare: Measured): Row {
  const { times } = measured;
  const [p50, p99] = [median(times), percentile(times, 0.99)];
  const cpu = (it: Measured): number => (1000 * it.cpu) / it.images;
  return {
    what: `rendered ${what} of a CT slice, ${connections} at a time`,
    value: `${rate(measured).toFixed(0)} images/s`,
    limit: `${rate(bare).toFixed(0)} images/s table and sharp on one core`,
    ratio: rate(measured) / rate(bare),
    note:
      `p50 ${p50.toFixed(1)} ms, p99 ${(p99 / p50).toFixed(1)} times that; ` +
      `processor ${cpu(measured).toFixed(2)} ms, ${(cpu(measured) / cpu(bare)).toFixed(2)} times the bare calls`,
  };
}

const table = Uint8Array.from({ length: 65536 }, (_, value) =>
  Math.max(0, Math.min(255, ((value - 1024 - 40) / 400 + 0.5) * 255)),
);

/** The words are read again, as a server reads them. */
async function measureBare(measured: Measured, slices: readonly Slice[], { accept, size }: Picture): Promise<void> {
  const started = performance.now();
  const { user, system } = process.cpuUsage();
  for (const { pixels } of slices) {
    const words = pixels.slice();
    const gray = new Uint8Array(words.length);
    for (let i = 0; i < gray.length; i++) gray[i] = table[words[i]!]!;
    const image = sharp(gray, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w');
    const scaled = size === side ? image : image.resize(size, size, { kernel: 'cubic' });
    await (accept === 'image/png'
      ? scaled.png({ compressionLevel: 1 })
      : scaled.jpeg({ quality: 90, optimiseCoding: false })
    ).toBuffer();
  }
  const used = process.cpuUsage();
  measured.images += slices.length;
  measured.seconds += (performance.now() - started) / 1000;
  measured.cpu += (used.user + used.system - user - system) / 1e6;
}

async function measureServer(
  server: ChildServer,
  measured: Measured,
  slices: readonly Slice[],
  connections: number,
  query: string,
  accept: string,
): Promise<void> {
  const before = server.cpuSeconds();
  const jobs = slices.map(({ url }) => async () => {
    measured.times.push((await expectStatus(ask(`${url}/rendered?${query}`, { headers: { accept } }))).total);
  });
  measured.seconds += await inParallel(jobs, connections);
  measured.cpu += server.cpuSeconds() - before;
  measured.images += slices.length;
}

/** One picture that is in the cache. */
async function repeated(server: ChildServer, { url }: Slice): Promise<Row> {
  const again = Array.from(
    { length: 4000 },
    () => () => expectStatus(ask(`${url}/rendered?window=40,401,linear`, { headers: { accept: 'image/jpeg' } })),
  );
  await inParallel(again.slice(0, 500), 4);
  const before = server.cpuSeconds();
  const seconds = await inParallel(again, 4);
  const cpu = server.cpuSeconds() - before;
  return {
    what: 'the same picture again, 4 at a time',
    value: `${(again.length / seconds).toFixed(0)} images/s`,
    limit: '2,000 images/s for each core asked for',
    ratio: again.length / cpu / 2000,
    note: `${(again.length / cpu).toFixed(0)} images for each second of processor`,
  };
}
