/**
 * Measures the server beside the limits of the machine, in the same run: `npm run bench`, or `npm run bench -- rendered`
 * for the groups whose name holds the word. A ratio of 1 is the limit itself.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startChild } from './child-server.ts';
import { type Answer, ask, expectStatus, inParallel, median, percentile } from './client.ts';
import { benchParse } from './parse.bench.ts';
import { benchRendered } from './rendered.bench.ts';
import type { Row } from './row.ts';
import { type Sample, sample } from './sample-data.ts';

const wanted = process.argv[2] ?? '';
const folder = mkdtempSync(path.join(os.tmpdir(), 'fiducial-bench-'));
const rows: Row[] = [];
const dicom = { 'content-type': 'application/dicom', accept: 'application/dicom+json' };
const asStored = { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' };

const slices = Array.from({ length: 400 }, (_, i) =>
  sample({ study: 1, series: 1, instance: i + 1, size: 512, frames: 1 }),
);
const sliceBytes = slices.reduce((sum, { bytes }) => sum + bytes.length, 0);
const sliceFolder = path.join(folder, 'slices');
mkdirSync(sliceFolder);
for (const [i, { bytes }] of slices.entries()) writeFileSync(path.join(sliceFolder, String(i).padStart(4, '0')), bytes);

const server = await startChild('../../src/cli.ts', [
  'serve',
  '--port',
  '0',
  '--data-dir',
  path.join(folder, 'data'),
  '--log-level',
  'error',
]);
const raw = await startChild('./raw-server.ts', [sliceFolder]);
const service = `${server.url}/dicomweb`;
const studyOf = (it: Sample): string => `${service}/studies/${it.StudyInstanceUID}`;
const instanceOf = (it: Sample): string =>
  `${studyOf(it)}/series/${it.SeriesInstanceUID}/instances/${it.SOPInstanceUID}`;

try {
  await store();
  await group('retrieve', retrieve);
  await group('metadata', metadata);
  await group('frames', frames);
  await group('rendered', rendered);
  await group('video', video);
  await group('large', large);
  await group('parse', async () => {
    for (const { name, value, unit, limit } of benchParse()) {
      rows.push({
        what: name,
        value: `${value.toFixed(1)} ${unit}`,
        limit: `${limit} ${unit} allowed`,
        ratio: limit / value,
      });
    }
  });
} finally {
  await server.stop();
  await raw.stop();
  rmSync(folder, { recursive: true });
}
print();

async function group(name: string, run: () => Promise<void>): Promise<void> {
  if (name.includes(wanted)) await run();
}

function megabytes(octets: number, seconds: number): number {
  return octets / 1e6 / seconds;
}

/** Write, fsync, close: what storing costs at least. */
function writeDurably(file: string, bytes: Buffer): void {
  const fd = openSync(file, 'w');
  writeSync(fd, bytes);
  fsyncSync(fd);
  closeSync(fd);
}

async function store(): Promise<void> {
  const target = path.join(folder, 'copies');
  mkdirSync(target);
  const started = performance.now();
  for (const [i, { bytes }] of slices.entries()) writeDurably(path.join(target, String(i)), bytes);
  const copied = (performance.now() - started) / 1000;
  rmSync(target, { recursive: true });
  const post = (it: Sample) => () =>
    expectStatus(ask(`${service}/studies`, { method: 'POST', headers: dicom, body: [it.bytes] }));
  const single = await inParallel(slices.slice(0, 200).map(post), 1);
  const four = await inParallel(slices.slice(200).map(post), 4);
  const limit = slices.length / copied;
  for (const [connections, seconds] of [
    [1, single],
    [4, four],
  ] as const) {
    rows.push({
      what: `STOW-RS, CT slice of 0.5 MB, ${connections} at a time`,
      value: `${(200 / seconds).toFixed(0)} instances/s, ${megabytes(sliceBytes / 2, seconds).toFixed(0)} MB/s`,
      limit: `${limit.toFixed(0)} files/s written and fsynced`,
      ratio: 200 / seconds / limit,
    });
  }
}

async function retrieve(): Promise<void> {
  const stream = async (url: string, headers: Record<string, string>): Promise<Answer> => {
    const answers: Answer[] = [];
    for (let i = 0; i < 5; i++) answers.push(await expectStatus(ask(url, { headers })));
    return answers.toSorted((a, b) => a.total - b.total)[2]!;
  };
  for (const [what, headers] of [
    ['study of 400 slices, multipart', asStored],
    ['the same study, zip', { accept: 'application/zip' }],
  ] as const) {
    server.resetPeak();
    const answer = await stream(studyOf(slices[0]!), headers);
    const speed = megabytes(answer.octets, answer.total / 1000);
    const limit = await stream(`${raw.url}/files`, {});
    const limitSpeed = megabytes(limit.octets, limit.total / 1000);
    rows.push({
      what: `WADO-RS, ${what}`,
      value: `${speed.toFixed(0)} MB/s`,
      limit: `${limitSpeed.toFixed(0)} MB/s node:http from files`,
      ratio: speed / limitSpeed,
      note: `first octet ${answer.first.toFixed(1)} ms, peak ${server.peakMegabytes().toFixed(0)} MB`,
    });
  }
}

async function metadata(): Promise<void> {
  const tiny = Array.from({ length: 2000 }, (_, i) =>
    sample({ study: 2, series: 1, instance: i + 1, size: 16, frames: 1 }),
  );
  const post = (it: Sample) => () =>
    expectStatus(ask(`${service}/studies`, { method: 'POST', headers: dicom, body: [it.bytes] }));
  await inParallel(tiny.map(post), 8);
  const url = `${studyOf(tiny[0]!)}/series/${tiny[0]!.SeriesInstanceUID}/metadata`;
  const headers = { accept: 'application/dicom+json', 'accept-encoding': 'gzip' };
  const ours: Answer[] = [];
  for (let i = 0; i < 20; i++) ours.push(await expectStatus(ask(url, { headers })));
  const theirs: Answer[] = [];
  for (let i = 0; i < 20; i++) theirs.push(await expectStatus(ask(`${raw.url}/file/${ours[0]!.octets}`)));
  const [own, limit] = [median(ours.map(({ total }) => total)), median(theirs.map(({ total }) => total))];
  rows.push({
    what: 'metadata of a series of 2,000 instances, gzip',
    value: `${own.toFixed(1)} ms for ${(ours[0]!.octets / 1e6).toFixed(2)} MB`,
    limit: `${limit.toFixed(1)} ms node:http from a file`,
    ratio: limit / own,
  });
  const one: number[] = [];
  for (let i = 0; i < 300; i++)
    one.push(
      (
        await expectStatus(
          ask(`${instanceOf(slices[i % 400]!)}/metadata`, { headers: { accept: 'application/dicom+json' } }),
        )
      ).total,
    );
  rows.push({
    what: 'metadata of one instance',
    value: `${median(one).toFixed(2)} ms p50, ${percentile(one, 0.99).toFixed(2)} ms p99`,
    limit: '',
  });
}

async function frames(): Promise<void> {
  const single = sample({ study: 3, series: 1, instance: 1, size: 64, frames: 1 });
  const many = sample({ study: 3, series: 1, instance: 2, size: 64, frames: 10_000 });
  for (const it of [single, many])
    await expectStatus(ask(`${service}/studies`, { method: 'POST', headers: dicom, body: [it.bytes] }));
  const headers = { accept: 'multipart/related; type="application/octet-stream"' };
  const latency = async (url: (i: number) => string): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < 400; i++) times.push((await expectStatus(ask(url(i), { headers }))).total);
    return median(times);
  };
  const first = await latency(() => `${instanceOf(single)}/frames/1`);
  const any = await latency((i) => `${instanceOf(many)}/frames/${1 + ((i * 7919) % 10_000)}`);
  rows.push({
    what: 'a frame of an object of 10,000',
    value: `${any.toFixed(2)} ms p50`,
    limit: `${first.toFixed(2)} ms, the frame of a single-frame object`,
    ratio: first / any,
  });
}

async function rendered(): Promise<void> {
  const octets = 512 * 512 * 2;
  const stored = slices.map((it) => {
    const start = it.bytes.byteOffset + it.bytes.length - octets;
    return {
      url: instanceOf(it),
      pixels: new Uint16Array(it.bytes.buffer.slice(start, start + octets) as ArrayBuffer),
    };
  });
  rows.push(...(await benchRendered(server, stored)));
}

/** A moving image as H.264, beside ffmpeg with the same options and the windowed pixels in a file. */
async function video(): Promise<void> {
  const frames = 200;
  const moving = sample({ study: 5, series: 1, instance: 1, size: 512, frames });
  await expectStatus(ask(`${service}/studies`, { method: 'POST', headers: dicom, body: [moving.bytes] }));
  const start = moving.bytes.length - 512 * 512 * frames * 2;
  const file = path.join(folder, 'moving.gray');
  const levels = Buffer.alloc(512 * 512 * frames);
  for (let i = 0; i < levels.length; i++) {
    const value = moving.bytes.readUInt16LE(start + 2 * i) - 1024;
    levels[i] = Math.max(0, Math.min(255, Math.round(((value - 39.5) / 399 + 0.5) * 255)));
  }
  writeFileSync(file, levels);
  const input = ['-f', 'rawvideo', '-pixel_format', 'gray', '-video_size', '512x512', '-framerate', '25', '-i', file];
  const filter = ['-vf', 'scale=in_range=pc:out_range=tv:out_color_matrix=bt709,setsar=1', '-pix_fmt', 'yuv420p'];
  const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-g', '25'];
  const muxing = ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-y', `${file}.mp4`];
  const alone: number[] = [];
  const served: Answer[] = [];
  for (let i = 0; i < 7; i++) {
    const started = performance.now();
    const { status } = spawnSync('ffmpeg', ['-v', 'error', ...input, ...filter, ...coding, ...muxing]);
    if (status !== 0) return;
    alone.push(performance.now() - started);
    server.resetPeak();
    served.push(await expectStatus(ask(`${instanceOf(moving)}/rendered`, { headers: { accept: 'video/mp4' } })));
  }
  const [limit, value] = [median(alone), median(served.map(({ total }) => total))];
  // Each beside the one before it: what else the machine does slows both.
  const times = median(served.map(({ total }, i) => total / alone[i]!));
  rows.push({
    what: 'Rendered video/mp4 of 200 frames of 512 x 512',
    value: `${value.toFixed(0)} ms`,
    limit: `${limit.toFixed(0)} ms ffmpeg alone from a file`,
    ratio: limit / value,
    note: `${times.toFixed(2)} times as long (1.3 allowed), peak ${server.peakMegabytes().toFixed(0)} MB`,
  });
}

async function large(): Promise<void> {
  const big = sample({ study: 4, series: 1, instance: 1, size: 512, frames: 800 });
  const file = path.join(folder, 'big');
  let started = performance.now();
  writeDurably(file, big.bytes);
  const copied = megabytes(big.bytes.length, (performance.now() - started) / 1000);
  rmSync(file);
  server.resetPeak();
  started = performance.now();
  await expectStatus(ask(`${service}/studies`, { method: 'POST', headers: dicom, body: [big.bytes] }));
  const stored = megabytes(big.bytes.length, (performance.now() - started) / 1000);
  rows.push({
    what: `STOW-RS of one instance of ${(big.bytes.length / 1e6).toFixed(0)} MB`,
    value: `${stored.toFixed(0)} MB/s`,
    limit: `${copied.toFixed(0)} MB/s written and fsynced`,
    ratio: stored / copied,
    note: `peak ${server.peakMegabytes().toFixed(0)} MB`,
  });
  server.resetPeak();
  const answer = await expectStatus(ask(instanceOf(big), { headers: asStored }));
  rows.push({
    what: 'WADO-RS of the same instance',
    value: `${megabytes(answer.octets, answer.total / 1000).toFixed(0)} MB/s`,
    limit: '',
    note: `peak ${server.peakMegabytes().toFixed(0)} MB`,
  });
}

function print(): void {
  console.log(`\n${os.cpus().length} cores, ${os.cpus()[0]?.model.trim()}, Node.js ${process.version}\n`);
  console.log('| what | server | limit in this run | server / limit | |\n| --- | --- | --- | --- | --- |');
  for (const { what, value, limit, ratio, note } of rows) {
    console.log(`| ${what} | ${value} | ${limit} | ${ratio === undefined ? '' : ratio.toFixed(2)} | ${note ?? ''} |`);
  }
}
