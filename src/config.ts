import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** One setting of the origin server: its flag, its environment twin (FIDUCIAL_ and the flag in capitals), and what it means. */
interface Setting {
  readonly flag: string;
  /** How the value is written, for the help; a setting without one is a switch. */
  readonly value?: string;
  readonly default: string;
  readonly help: string;
}

/** Every setting. `--help`, the environment and the parser all read this table. */
export const settingsTable = [
  { flag: 'port', value: 'NUMBER', default: '8080', help: 'TCP port; 0 takes a free one' },
  { flag: 'host', value: 'ADDRESS', default: '127.0.0.1', help: 'address to listen on' },
  {
    flag: 'base-url',
    value: 'URL',
    default: '',
    help: 'URL that clients use, when a proxy stands in front; else the Host header field',
  },
  { flag: 'prefix', value: 'PATH', default: '/dcm4chee-arc', help: 'path before /aets/{AETitle}/rs' },
  { flag: 'data-dir', value: 'FOLDER', default: './data', help: 'where instances and the catalogue are kept' },
  {
    flag: 'ae-title',
    value: 'LIST',
    default: 'FIDUCIAL',
    help: 'AE titles, comma-separated; each is an archive of its own',
  },
  { flag: 'workers', value: 'NUMBER', default: '0', help: 'threads that decode and render; 0 means one per core' },
  {
    flag: 'cors-origin',
    value: 'ORIGIN',
    default: '*',
    help: 'origin whose web pages may use the service; * means any, empty means none',
  },
  { flag: 'max-requests', value: 'NUMBER', default: '0', help: 'simultaneous HTTP requests; 0 means no limit' },
  { flag: 'max-requests-per-client', value: 'NUMBER', default: '0', help: 'the same for one client address' },
  { flag: 'max-store-bytes', value: 'BYTES', default: '0', help: 'size of one store request; 0 means no limit' },
  { flag: 'max-render-pixels', value: 'NUMBER', default: '0', help: 'pixels of one image to render; 0 means no limit' },
  { flag: 'cache-bytes', value: 'BYTES', default: '1073741824', help: 'disk space for rendered results; 0 keeps none' },
  {
    flag: 'ffmpeg',
    value: 'PROGRAM',
    default: 'ffmpeg',
    help: 'ffmpeg that makes videos, a path or a name on the PATH; empty makes none',
  },
  {
    flag: 'max-videos',
    value: 'NUMBER',
    default: '0',
    help: 'videos that ffmpeg works on at the same time; 0 means one per core',
  },
  { flag: 'log-level', value: 'LEVEL', default: 'info', help: 'error, warn, info or debug' },
] as const satisfies readonly Setting[];

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The settings, read and checked. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Without a slash at its end; undefined means scheme and host of each request. */
  readonly baseUrl: string | undefined;
  /** Begins with a slash, or is empty. */
  readonly prefix: string;
  readonly dataDir: string;
  readonly aeTitles: readonly [string, ...string[]];
  /** The one origin whose pages may use the service, "*" for any, empty for none. */
  readonly corsOrigin: string;
  readonly workers: number;
  readonly maxRequests: number;
  readonly maxRequestsPerClient: number;
  readonly maxStoreBytes: number;
  readonly maxRenderPixels: number;
  readonly cacheBytes: number;
  /** Path or name; empty for none. */
  readonly ffmpeg: string;
  readonly maxVideos: number;
  readonly logLevel: LogLevel;
}

/** A setting that cannot be used; the message names its flag and says what would be right. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

type Flag = (typeof settingsTable)[number]['flag'];

/** The environment twin of a flag: `data-dir` is FIDUCIAL_DATA_DIR. */
export function environmentName(flag: string): string {
  return `FIDUCIAL_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * Reads the settings: flags win over the environment, the environment over the defaults.
 *
 * @param args command line after the command's name
 * @returns the settings, and the arguments that are no flags
 * @throws SettingError for an unknown flag or a value that cannot be used
 */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { settings: Settings; positionals: readonly string[] } {
  const options = Object.fromEntries(settingsTable.map(({ flag }) => [flag, { type: 'string' as const }]));
  const { values, positionals } = parse(args, options);
  const raw = (flag: Flag): string =>
    values[flag] ??
    environment[environmentName(flag)] ??
    settingsTable.find((setting) => setting.flag === flag)!.default;
  const number = (flag: Flag, max = Number.MAX_SAFE_INTEGER): number => wholeNumber(flag, raw(flag), max);
  const settings: Settings = {
    port: number('port', 65535),
    host: raw('host'),
    baseUrl: baseUrl(raw('base-url')),
    prefix: prefix(raw('prefix')),
    dataDir: path.resolve(raw('data-dir')),
    aeTitles: aeTitles(raw('ae-title')),
    corsOrigin: corsOrigin(raw('cors-origin')),
    workers: number('workers', 1024) || os.availableParallelism(),
    maxRequests: number('max-requests'),
    maxRequestsPerClient: number('max-requests-per-client'),
    maxStoreBytes: number('max-store-bytes'),
    maxRenderPixels: number('max-render-pixels'),
    cacheBytes: number('cache-bytes'),
    ffmpeg: raw('ffmpeg'),
    maxVideos: number('max-videos', 1024) || os.availableParallelism(),
    logLevel: logLevel(raw('log-level')),
  };
  return { settings, positionals };
}

function parse(args: readonly string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new SettingError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: Flag, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new SettingError(`--${flag} takes a whole number from 0 to ${max}, not "${text}"`);
  return value;
}

function baseUrl(text: string): string | undefined {
  if (text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new SettingError(`--base-url takes an http or https URL, not "${text}"`);
  return text.replace(/\/+$/, '');
}

function corsOrigin(text: string): string {
  if (text === '' || text === '*') return text;
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw new SettingError(`--cors-origin takes an origin such as https://viewer.example, * or nothing, not "${text}"`);
  return text;
}

function prefix(text: string): string {
  const path = text.replace(/\/+$/, '');
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(path))
    throw new SettingError(`--prefix takes a path such as /dcm4chee-arc, not "${text}"`);
  return path;
}

/**
 * AE titles: 1 to 16 characters of the default repertoire, without backslash, and spaces at the ends do not count
 * (PS3.5 6.2, VR AE). The comma separates titles here.
 */
function aeTitles(text: string): readonly [string, ...string[]] {
  const [first, ...rest] = text.split(',').map((title) => title.trim());
  for (const title of [first!, ...rest]) {
    if (!/^[ -[\]-~]{1,16}$/.test(title)) {
      throw new SettingError(`--ae-title takes titles of 1 to 16 ASCII characters other than "\\", not "${title}"`);
    }
  }
  if (new Set([first, ...rest]).size !== rest.length + 1)
    throw new SettingError(`--ae-title names a title twice: "${text}"`);
  return [first!, ...rest];
}

function logLevel(text: string): LogLevel {
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new SettingError(`--log-level takes ${logLevels.join(', ')}, not "${text}"`);
  return level;
}
