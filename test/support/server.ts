import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readSettings } from '../../src/config.ts';
import { startOriginServer } from '../../src/origin-server.ts';
import { multipartOf } from './secondary-capture.ts';

/** An origin server over an empty archive, on a free port. */
export interface TestServer {
  /** Such as http://127.0.0.1:40123. */
  readonly origin: string;
  /** Service root of the archive: `${origin}/dicomweb`. */
  readonly url: string;
  readonly dataDir: string;
  /** Stores PS3.10 objects through STOW-RS. */
  store(...objects: readonly Uint8Array[]): Promise<void>;
  /** A request below the service root; without a default Accept, which fetch would add. */
  get(target: string, accept?: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
}

/**
 * Starts an origin server for black-box tests. To be closed.
 *
 * @param flags of the command line, such as `--max-requests 2`
 */
export async function startServer(...flags: readonly string[]): Promise<TestServer> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'fiducial-'));
  const args = ['--port', '0', '--data-dir', dataDir, '--workers', '1', '--log-level', 'error', ...flags];
  const server = await startOriginServer(readSettings(args, {}).settings);
  const url = `${server.url}/dicomweb`;
  return {
    origin: server.url,
    url,
    dataDir,
    store: (...objects) => storeInstances(url, objects),
    get: (target, accept = '*/*', headers = {}) =>
      fetch(`${url}${target}`, { headers: { Accept: accept, ...headers } }),
    async close() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Stores PS3.10 objects through STOW-RS.
 *
 * @throws Error if not every one of them was stored
 */
export async function storeInstances(serviceRoot: string, objects: readonly Uint8Array[]): Promise<void> {
  const boundary = 'fiducial-test-boundary';
  const response = await fetch(`${serviceRoot}/studies`, {
    method: 'POST',
    headers: {
      Accept: 'application/dicom+json',
      'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: multipartOf(objects, boundary),
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`The objects were not stored: ${response.status} ${answer}`);
}
