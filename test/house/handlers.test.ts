import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { operations } from '../../generated/operations.ts';

const folder = path.resolve(import.meta.dirname, '../../src/handlers');

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const built = operations.filter(({ planned }) => planned === undefined);
const files = globSync('**/*', { cwd: folder }).sort();

describe('handlers', () => {
  test('there is one file for each operation that is built, named after it, and no other', () => {
    expect(files).toEqual(built.map(({ operationId }) => `${kebab(operationId)}.ts`).sort());
  });

  test.each(built.map(({ operationId }) => operationId))(
    '%s is exported by its file, under its own name and type',
    (operationId) => {
      const text = readFileSync(path.join(folder, `${kebab(operationId)}.ts`), 'utf8');
      expect(text).toContain(`export function ${operationId}(`);
      expect(text).toContain(`Handler<'${operationId}'>`);
      expect(text.match(/^export /gm)).toHaveLength(1);
    },
  );

  test.each(built.filter(({ requirements }) => requirements.length > 0).map(({ operationId }) => operationId))(
    '%s says which requirements it meets',
    (operationId) => {
      expect(readFileSync(path.join(folder, `${kebab(operationId)}.ts`), 'utf8')).toMatch(/@requirement R-\d{3}-\d{3}/);
    },
  );
});
