/**
 * What node:http does with files when nothing else is to be done: the limit of a server that stands on it.
 * GET /files sends every file of the folder one after the other; GET /file/N sends a file of N octets, made when it is
 * first asked for.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const folder = process.argv[2]!;
const files = readdirSync(folder)
  .sort()
  .map((file) => path.join(folder, file));

/** Large reads into two buffers in turn: the one is filled while the other is written. */
const buffers = [Buffer.allocUnsafeSlow(1 << 20), Buffer.allocUnsafeSlow(1 << 20)] as const;

const server = createServer(async (request, response) => {
  const [, kind, size] = request.url!.split('/');
  await send(kind === 'file' ? [fileOf(Number(size))] : files, response);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));

function fileOf(size: number): string {
  const file = path.join(path.dirname(folder), `${size} octets`);
  if (!existsSync(file)) writeFileSync(file, Buffer.alloc(size, 'x'));
  return file;
}

async function send(chosen: readonly string[], response: ServerResponse): Promise<void> {
  const lengths = chosen.map((file) => statSync(file).size);
  response.writeHead(200, { 'Content-Length': lengths.reduce((sum, length) => sum + length, 0) });
  const chunks = read(chosen, lengths);
  let next = chunks.next();
  for (let { done, value } = await next; done !== true; { done, value } = await next) {
    next = chunks.next();
    await new Promise((resolve) => response.write(value, resolve));
  }
  response.end();
}

async function* read(chosen: readonly string[], lengths: readonly number[]): AsyncGenerator<Buffer> {
  let turn = 0;
  for (const [place, file] of chosen.entries()) {
    const handle = await open(file);
    for (let at = 0; at < lengths[place]!; ) {
      const buffer = buffers[turn++ % 2]!;
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    await handle.close();
  }
}
