import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const tracked = trackedFiles();
const handwritten = tracked.filter((file) => !file.startsWith('generated/') && file !== 'package-lock.json');

function trackedFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return list.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
}

describe('names', () => {
  test('no file or folder is called by what it is not about', () => {
    const nameless = /(^|\/)(utils?|helpers?|common|misc|manager|index)(\.|\/|$)/;
    expect(handwritten.filter((file) => nameless.test(file))).toEqual([]);
  });

  test('source files are named in kebab-case', () => {
    const sources = handwritten.filter((file) => /^(src|scripts|test)\/.*\.ts$/.test(file));
    expect(
      sources.filter((file) => !/^[a-z0-9-]+(\.(test|bench|type-test|d))?\.ts$/.test(path.basename(file))),
    ).toEqual([]);
  });

  test('no text holds the path of a machine', () => {
    const own = /(^|[\s'"`(=])\/(work|home|root|Users|tmp)\/[a-z]/;
    const texts = handwritten.filter((file) => /\.(ts|js|json|yaml|md|abnf|sh|txt|csv)$|^\.ci\//.test(file));
    expect(texts.filter((file) => own.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  });

  test('comments carry reasons, not notes to self', () => {
    const marks = /\b(FIXME|XXX|HACK)\b|\bTODO\b(?!\(#\d+\))/;
    const sources = handwritten.filter(
      (file) => /^(src|scripts|test|grammar|spec)\//.test(file) && file !== 'test/house/names.test.ts',
    );
    expect(sources.filter((file) => marks.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  });
});
