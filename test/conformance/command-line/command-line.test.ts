import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { settingsTable } from '../../../src/config.ts';
import { secondaryCapture } from '../../support/secondary-capture.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const cli = path.resolve(import.meta.dirname, '../../../src/cli.ts');

const launcher = path.resolve(import.meta.dirname, '../../../bin/fiducial.js');

function run(...args: readonly string[]): Promise<Outcome> {
  return outcomeOf(cli, args);
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function outcomeOf(script: string, args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...args]);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

describe('the command line', () => {
  test('--help names every command, every flag and a request that works', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const name of ['serve', 'import', 'conformance', ...settingsTable.map(({ flag }) => `--${flag} `)]) {
      expect(out).toContain(name);
    }
    expect(out).toContain('curl ');
  });

  test('the installed command is the same command line', async () => {
    expect(await outcomeOf(launcher, ['--help'])).toEqual(await run('--help'));
    expect((await outcomeOf(launcher, ['sevre'])).code).toBe(2);
  });

  test.each([
    [['sevre'], 'sevre'],
    [['serve', '--prot', '1'], '--prot'],
    [['serve', '--port', 'x'], '--port'],
    [['serve', 'folder'], 'folder'],
    [['import'], 'at least one'],
  ])('%j is not understood, and the answer says what and where help is', async (args, what) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(what);
    expect(err).toContain('--help');
  });

  test('import stores the files of a folder, and says which it could not store and why', async () => {
    const folder = temporaryDirectory();
    const source = path.join(folder, 'source');
    mkdirSync(path.join(source, 'deep'), { recursive: true });
    writeFileSync(path.join(source, 'one.dcm'), secondaryCapture({ SOPInstanceUID: '2.25.1.1.1' }));
    writeFileSync(path.join(source, 'deep', 'two.dcm'), secondaryCapture({ SOPInstanceUID: '2.25.1.1.2' }));
    writeFileSync(path.join(source, 'letter.txt'), 'Dear archive,');
    const data = path.join(folder, 'data');
    const first = await run('import', source, '--data-dir', data);
    expect(first.out).toMatch(/^2 stored \(.* MB\), 0 stored before, 1 failed\n$/);
    expect(first.err).toMatch(/letter\.txt: \S+/);
    expect(first.code).toBe(1);
    const again = await run('import', path.join(source, 'deep'), '--data-dir', data);
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^0 stored .*, 1 stored before, 0 failed/) });
  });

  test('serve prints URLs that work, refuses a data folder in use, and ends on SIGTERM with exit code 0', async () => {
    const data = path.join(temporaryDirectory(), 'data');
    const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--data-dir', data, '--workers', '1']);
    const gone = once(child, 'exit');
    let output = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      output += chunk;
      if (output.includes('OPTIONS')) break;
    }
    child.stdout.resume();
    const roots = [...output.matchAll(/http:\/\/\S+\/(?:dicomweb|rs)$/gm)].map(([url]) => url);
    expect(roots).toHaveLength(2);
    for (const root of roots) expect((await fetch(`${root}/`, { method: 'OPTIONS' })).status).toBe(200);

    const second = await run('serve', '--port', '0', '--data-dir', data);
    expect(second.code).toBe(1);
    expect(second.err).toContain(data);

    child.kill('SIGTERM');
    expect((await gone)[0]).toBe(0);
  });
});
