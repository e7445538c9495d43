import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentName, readSettings, SettingError, settingsTable } from '../../src/config.ts';

const settingsOf = (args: readonly string[], environment: Record<string, string> = {}) =>
  readSettings(args, environment).settings;

describe('settings', () => {
  test('without flags and environment the defaults hold', () => {
    expect(settingsOf([])).toEqual({
      port: 8080,
      host: '127.0.0.1',
      baseUrl: undefined,
      corsOrigin: '*',
      prefix: '/dcm4chee-arc',
      dataDir: path.resolve('./data'),
      aeTitles: ['FIDUCIAL'],
      workers: os.availableParallelism(),
      maxRequests: 0,
      maxRequestsPerClient: 0,
      maxStoreBytes: 0,
      maxRenderPixels: 0,
      cacheBytes: 1024 ** 3,
      ffmpeg: 'ffmpeg',
      maxVideos: os.availableParallelism(),
      logLevel: 'info',
    });
  });

  test('a flag wins over its environment twin, the twin over the default', () => {
    expect(settingsOf([], { FIDUCIAL_PORT: '81' }).port).toBe(81);
    expect(settingsOf(['--port', '82'], { FIDUCIAL_PORT: '81' }).port).toBe(82);
  });

  test('every flag has an environment twin', () => {
    for (const { flag } of settingsTable) {
      const given = { [environmentName(flag)]: '\u0000' };
      if (!['host', 'data-dir', 'ffmpeg'].includes(flag))
        expect(() => settingsOf([], given), flag).toThrow(SettingError);
    }
  });

  test.each([
    [['--port', '65536'], '--port'],
    [['--port', '-1'], '--port'],
    [['--port', '1.5'], '--port'],
    [['--ae-title', 'A,,B'], '--ae-title'],
    [['--ae-title', 'A,A'], '--ae-title'],
    [['--ae-title', 'A\\B'], '--ae-title'],
    [['--ae-title', 'Ä'], '--ae-title'],
    [['--ae-title', 'SEVENTEEN-LETTERS'], '--ae-title'],
    [['--prefix', 'no slash'], '--prefix'],
    [['--base-url', 'ftp://x'], '--base-url'],
    [['--log-level', 'loud'], '--log-level'],
    [['--prot', '1'], '--prot'],
  ])('%j is refused by name', (args, name) => {
    expect(() => settingsOf(args)).toThrow(name);
  });

  test('several AE titles are taken in order', () => {
    expect(settingsOf(['--ae-title', 'ONE, TWO']).aeTitles).toEqual(['ONE', 'TWO']);
  });

  test('what is no flag is handed on', () => {
    expect(readSettings(['a.dcm', '--port', '1', 'b'], {}).positionals).toEqual(['a.dcm', 'b']);
  });
});
