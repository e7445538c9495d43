import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A server in a process of its own, so that its memory and its core are its own. */
export interface ChildServer {
  readonly url: string;
  /** Most memory the process has had resident since the last reset, in MB. */
  peakMegabytes(): number;
  resetPeak(): void;
  /** Seconds of processor time that all its threads have used. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Flags of Node.js that the server is started with. */
const { scripts } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly scripts: { readonly start: string };
};
const flags = scripts.start.split(' ').filter((word) => word.startsWith('--'));

/** What the start script sets in the environment before. */
const environment = Object.fromEntries(
  [...scripts.start.matchAll(/(?<= |^)([A-Z_]+)=(\S+)/g)].map((pair) => pair.slice(1)),
);

/** Starts a script, as `npm start` starts the server, and waits for the line that names its URL. */
export async function startChild(script: string, args: readonly string[]): Promise<ChildServer> {
  const file = path.resolve(import.meta.dirname, script);
  const child = spawn(process.execPath, [...flags, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const url = await urlOf(child);
  return {
    url,
    peakMegabytes: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024,
    cpuSeconds: () => cpuSeconds(child.pid!),
    resetPeak: () => writeFileSync(`/proc/${child.pid}/clear_refs`, '5'),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** User and system time of proc(5), in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function urlOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    output += chunk;
    const url = /http:\/\/[\d.]+:\d+/.exec(output);
    if (url !== null) resolve(url[0]);
  });
  child.once('exit', () => reject(new Error(`the server ended before it listened: ${output}`)));
  return promise;
}
