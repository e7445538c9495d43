import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type OriginServerError, originServerError } from '../errors/origin-server-error.ts';
import type { Log } from './log.ts';
import { rawProblemResponse } from './problem.ts';

/** How long a client may take for the header fields of a request. Bodies may take as long as they need. */
const headersTimeout = 60_000;
/** How long an idle connection stays open: longer than the proxies in front of a server keep theirs. */
const keepAliveTimeout = 65_000;
/** How long the rest of an unreadable request is swallowed, so that the answer is not lost in a reset connection. */
const lingerTimeout = 1_000;

export interface HttpServer {
  readonly address: AddressInfo;
  /** Takes no more requests, finishes those in flight, and resolves when the last connection is closed. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP/1.1 and passes requests to the listener. What is no HTTP is answered with a problem too.
 *
 * @param options.port 0 takes a free one
 * @throws when the address cannot be listened on
 */
export async function listen(
  listener: RequestListener,
  { host, port, log }: { host: string; port: number; log: Log },
): Promise<HttpServer> {
  const inFlight = new Map<Duplex, ServerResponse>();
  // Connections on which nothing has been asked yet: a client may open one long before it needs it.
  const silentSockets = new Set<Duplex>();
  const unreadableSockets = new WeakSet<Duplex>();
  let closing = false;
  const server = createServer(
    { headersTimeout, keepAliveTimeout, requestTimeout: 0, requireHostHeader: false },
    (request, response) => {
      const { socket } = request;
      inFlight.set(socket, response);
      silentSockets.delete(socket);
      if (closing) response.setHeader('Connection', 'close');
      // What a client still sends after its answer is read and forgotten: closing on it could cost the client the answer.
      if (request.method === 'POST') response.once('finish', () => request.unpipe().resume());
      response.once('close', () => {
        if (inFlight.get(socket) === response) inFlight.delete(socket);
        // A connection that was busy when closing began would otherwise stay until its keep-alive ends.
        if (closing) setImmediate(() => server.closeIdleConnections());
      });
      listener(request, response);
    },
  );
  server.on('connection', (socket) => {
    silentSockets.add(socket);
    socket.once('close', () => silentSockets.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // The parser complains again about each further piece of what it could not read.
    if (unreadableSockets.has(socket)) return;
    unreadableSockets.add(socket);
    const response = inFlight.get(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent) return void socket.destroy();
    const id = randomUUID();
    const failure = unreadable(error);
    log.write('info', `unreadable request ${failure.status}`, { id, code: error.code });
    socket.end(rawProblemResponse(failure, id));
    socket.on('data', () => {});
    setTimeout(() => socket.destroy(), lingerTimeout).unref();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    address: server.address() as AddressInfo,
    close: () => {
      closing = true;
      for (const socket of silentSockets) socket.destroy();
      return closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}

function unreadable(error: NodeJS.ErrnoException): OriginServerError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return originServerError('header-fields-too-large', 'Request line and header fields together may have 16 KiB.', {
        cause: error,
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return originServerError('request-timeout', 'The header fields did not arrive within a minute.', {
        cause: error,
      });
    default:
      return originServerError('request-malformed', 'The request is not HTTP/1.1.', {
        cause: error,
        source: 'RFC 9112 2.2',
      });
  }
}
