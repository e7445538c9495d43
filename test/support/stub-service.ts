import net from 'node:net';
import {
  type Handlers,
  type OperationId,
  type OperationRequest,
  type OperationResponse,
  operations,
} from '../../generated/operations.ts';
import { buildApp, type HttpSettings } from '../../src/http/app.ts';
import { listen } from '../../src/http/http-server.ts';
import { createLog } from '../../src/http/log.ts';

type AnyHandler = (request: OperationRequest<OperationId>) => Promise<OperationResponse<OperationId>>;

export interface StubService {
  readonly url: string;
  readonly port: number;
  /** Lines of the log so far. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** Answers with what the handler was given, so that a test can look at it. */
const echo: AnyHandler = async ({ operationId, method, resource, path, query, headers, aeTitle, serviceRoot }) => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ operationId, method, resource, path, query, headers, aeTitle, serviceRoot }),
});

/** A listening server with the real HTTP room in front of handlers that only echo, but for those given. */
export async function startStubService(
  handlers: Partial<Record<OperationId, unknown>> = {},
  settings: Partial<HttpSettings> = {},
): Promise<StubService> {
  const lines: string[] = [];
  const log = createLog('debug', { write: (text) => lines.push(text) });
  const all = operations.map(({ operationId, planned }) => [
    operationId,
    planned === undefined ? (handlers[operationId] ?? echo) : 'planned',
  ]);
  const app = buildApp({
    handlers: Object.fromEntries(all) as Handlers,
    settings: {
      baseUrl: undefined,
      prefix: '/dcm4chee-arc',
      aeTitles: ['FIDUCIAL', 'OTHER'],
      maxRequests: 0,
      maxRequestsPerClient: 0,
      ...settings,
    },
    log,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0, log });
  const { port } = server.address;
  return { url: `http://127.0.0.1:${port}`, port, log: lines, close: () => server.close() };
}

/** Sends octets as they are, and gives all that comes back until the server closes the connection. */
export async function sendRaw(port: number, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (data) => received.push(data));
  // A server may close while the client still sends; what it said before that counts.
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) socket.write(piece);
  await closed;
  return Buffer.concat(received).toString('latin1');
}
