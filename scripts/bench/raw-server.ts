/**
 * What the machine does without a DICOMweb server: node:http sending files as a stream, as one buffer, or taking a body.
 * GET /files sends every file of the folder one after the other; GET /buffer/N sends N octets from memory.
 */
import { createReadStream, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { finished } from 'node:stream/promises';

const folder = process.argv[2]!;
const files = readdirSync(folder)
  .sort()
  .map((file) => path.join(folder, file));
const buffers = new Map<number, Buffer>();

const server = createServer(async (request, response) => {
  const [, kind, size] = request.url!.split('/');
  if (kind === 'buffer') {
    const length = Number(size);
    if (!buffers.has(length)) buffers.set(length, Buffer.alloc(length, 'x'));
    response.end(buffers.get(length));
    return;
  }
  const chosen = kind === 'file' ? [files[Number(size)]!] : files;
  for (const file of chosen) {
    const stream = createReadStream(file, { highWaterMark: 1 << 19 });
    stream.pipe(response, { end: false });
    await finished(stream);
  }
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));
