import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '../..');

/** An origin server in a process of its own, as a user starts it. */
export interface OriginServerProcess {
  /** Such as http://127.0.0.1:43210. */
  readonly url: string;
  /** Service root of the first AE title. */
  readonly serviceRoot: string;
  readonly process: ChildProcess;
  /** Ends it and waits: SIGTERM lets it finish, SIGKILL does not. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `fiducial serve` on a free port of the loopback interface. */
export async function startOriginServerProcess(
  dataDirectory: string,
  flags: readonly string[] = [],
): Promise<OriginServerProcess> {
  const server = spawn(
    process.execPath,
    ['src/cli.ts', 'serve', '--port', '0', '--data-dir', dataDirectory, '--log-level', 'error', ...flags],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = await listeningURL(server, ended);
  return {
    url,
    serviceRoot: `${url}/dicomweb`,
    process: server,
    async stop(signal = 'SIGTERM') {
      server.kill(signal);
      await ended;
    },
  };
}

async function listeningURL(server: ChildProcess, ended: Promise<void>): Promise<string> {
  const lines = createInterface({ input: server.stdout! });
  const found = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      const match = /listening on (http\S+?),?( |$)/.exec(line);
      if (match) resolve(match[1]!);
    });
  });
  return Promise.race([
    found,
    ended.then(() => {
      throw new Error('the origin server ended before it listened');
    }),
  ]);
}
