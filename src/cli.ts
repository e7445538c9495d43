import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { conformanceStatement } from './capabilities/conformance-statement.ts';
import { environmentName, readSettings, SettingError, type Settings, settingsTable } from './config.ts';
import type { ImportProgress } from './import/import-paths.ts';
import type { RunningOriginServer } from './origin-server.ts';

/** What a command does, and how it is called. The rooms are loaded by the command that needs them, so that help comes at once. */
interface Command {
  readonly usage: string;
  readonly help: string;
  /** @returns exit code */
  readonly run: (args: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  serve: {
    usage: 'fiducial serve [FLAGS]',
    help: 'starts the origin server; Ctrl-C ends it once the requests in flight are answered',
    run: serve,
  },
  import: {
    usage: 'fiducial import PATH... [FLAGS]',
    help: 'stores DICOM files and folders of them under the first AE title, without a running server',
    run: importCommand,
  },
  conformance: {
    usage: 'fiducial conformance',
    help: 'prints the DICOM Conformance Statement, as Markdown',
    run: async () => {
      process.stdout.write(conformanceStatement());
      return 0;
    },
  },
};

function help(): string {
  const rows = settingsTable.map(({ flag, value, default: preset, help: meaning }) => [
    `--${flag} ${value}`,
    `${meaning}${preset === '' ? '' : ` (${preset})`}`,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length)) + 2;
  return [
    'Fiducial, a DICOMweb origin server.',
    '',
    ...Object.values(commands).flatMap(({ usage, help: meaning }) => [`  ${usage}`, `      ${meaning}`]),
    '',
    'Flags, with their defaults:',
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}${right}`),
    '',
    `Every flag has an environment twin: --data-dir is ${environmentName('data-dir')}. A flag wins.`,
    '',
    'A first picture, from another terminal:',
    '',
    "  curl -H 'Content-Type: application/dicom' --data-binary @slice.dcm http://127.0.0.1:8080/dicomweb/studies",
    '',
    'The answer names the RetrieveURL of the instance; open it in a browser with ?accept=image/jpeg at its end.',
  ].join('\n');
}

/**
 * A server hands on buffers of half a megabyte all the time, which V8 takes for a heap that grows: it would then look for
 * garbage in all of its small heap every few dozen frames, on every thread, and spend half of the processor on it.
 */
const heapGrowth = '--heap-growing-percent=200';

async function serve(args: readonly string[]): Promise<number> {
  setFlagsFromString(heapGrowth);
  const { settings, positionals } = readSettings(args, process.env);
  if (positionals.length > 0) throw new SettingError(`serve takes flags only, not "${positionals[0]}"`);
  // What was compiled is kept for the next start, and shared by the threads: half a second sooner, and less memory in each.
  process.env.NODE_COMPILE_CACHE ??= path.join(settings.dataDir, 'cache', 'compiled');
  enableCompileCache();
  const { startOriginServer } = await import('./origin-server.ts');
  const server = await startOriginServer(settings);
  process.stdout.write(welcome(settings, server));
  await signalled();
  process.stdout.write('Finishing the requests in flight. Ctrl-C again ends at once.\n');
  const forced = signalled().then(() => process.exit(130));
  await Promise.race([server.close(), forced]);
  return 0;
}

function welcome(settings: Settings, { url, videoFormats }: RunningOriginServer): string {
  const base = settings.baseUrl ?? url;
  const roots = settings.aeTitles.map(
    (title) => `  ${title.padEnd(16)}  ${base}${settings.prefix}/aets/${encodeURIComponent(title)}/rs`,
  );
  return [
    `Fiducial is listening on ${url}, with its data in ${settings.dataDir}`,
    '',
    'Service roots:',
    `  ${'(first AE title)'.padEnd(16)}  ${base}/dicomweb`,
    ...roots,
    '',
    videoFormats.length > 0
      ? `Video:            ${[...new Set(videoFormats.map(({ encoder }) => encoder))].join(', ')} of ${settings.ffmpeg}`
      : 'Video:            only as stored; nothing is encoded without ffmpeg (see --ffmpeg)',
    `What it can do:   curl -X OPTIONS -H 'Accept: application/json' ${base}/dicomweb/`,
    '',
  ].join('\n');
}

/** Resolves at the next SIGINT or SIGTERM. */
function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  return promise;
}

async function importCommand(args: readonly string[]): Promise<number> {
  const { settings, positionals } = readSettings(args, process.env);
  if (positionals.length === 0) throw new SettingError('import takes at least one file or folder');
  const { importPaths } = await import('./import/import-paths.ts');
  const { openOriginServer } = await import('./origin-server.ts');
  const { instanceStore, close } = await openOriginServer(settings);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const bar = progressBar(process.stderr);
  try {
    const summary = await importPaths(positionals, {
      instanceStore,
      aeTitle: settings.aeTitles[0],
      onProgress: bar.draw,
      signal: interrupted.signal,
    });
    bar.clear();
    for (const { path, detail } of summary.failures) process.stderr.write(`${path}: ${detail}\n`);
    const megabytes = (summary.bytes / 1e6).toFixed(1);
    process.stdout.write(
      `${summary.stored} stored (${megabytes} MB), ${summary.duplicates} stored before, ${summary.failures.length} failed${summary.aborted ? '; interrupted' : ''}\n`,
    );
    return summary.failures.length > 0 || summary.aborted ? 1 : 0;
  } finally {
    await close();
  }
}

/** A bar on a terminal, nothing elsewhere; drawn at most twenty times a second. */
function progressBar(stream: NodeJS.WriteStream): { draw(progress: ImportProgress): void; clear(): void } {
  if (!stream.isTTY) return { draw() {}, clear() {} };
  const width = 30;
  let drawn = 0;
  return {
    draw({ found, done, failed, bytes }) {
      if (Date.now() - drawn < 50) return;
      drawn = Date.now();
      const filled = Math.round((width * done) / Math.max(found, 1));
      const bar = '#'.repeat(filled).padEnd(width, '.');
      stream.write(`\r[${bar}] ${done} of ${found} files, ${(bytes / 1e6).toFixed(0)} MB, ${failed} failed`);
    },
    clear: () => void stream.write('\r\u001b[K'),
  };
}

/**
 * Runs the command line.
 *
 * @returns exit code: 0 done, 1 something failed, 2 the command was not understood
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || args.includes('--help') || name === 'help') {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`fiducial: there is no command "${name}"; see fiducial --help\n`);
    return 2;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof SettingError) {
      process.stderr.write(`fiducial ${name}: ${error.message}; see fiducial --help\n`);
      return 2;
    }
    process.stderr.write(`fiducial ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
