#!/usr/bin/env node
// Starts the command line on the Node.js that the package brings, whatever version runs this file.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const needed = 24;

function runtime() {
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    console.error(
      `fiducial needs Node.js ${needed} or newer; this is ${process.version}, and the package ${name} is not installed.`,
    );
    return process.exit(1);
  }
}

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
// Bodies pass through memory that V8 counts as its own: with its presets it would mark the whole heap many times a second.
const memory = ['--min-semi-space-size=4', '--max-semi-space-size=8', '--initial-old-space-size=128'];
const typeStripping = ['--import', new URL('type-stripping.js', import.meta.url).href];
const flags = ['--disable-warning=ExperimentalWarning', ...memory, ...typeStripping];
// Frames come and go in many threads, each of which would keep an arena as large as all that it ever held.
const allocator = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };
const env = { ...allocator, ...process.env };
const child = spawn(runtime(), [...flags, file('../src/cli.ts'), ...process.argv.slice(2)], { stdio: 'inherit', env });
// A terminal sends SIGINT to both processes; SIGTERM comes to this one alone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
