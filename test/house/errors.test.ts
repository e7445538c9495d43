import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import document from '../../generated/openapi.json' with { type: 'json' };
import { requirements } from '../../generated/requirements.ts';
import { type CatalogueEntry, catalogue } from '../../src/errors/catalogue.ts';

const root = path.resolve(import.meta.dirname, '../..');
const entries = Object.entries<CatalogueEntry>(catalogue);

interface DescribedResponse {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: object;
  readonly 'x-errors'?: Readonly<Record<string, string>>;
}

const components = document.components.responses as Readonly<Record<string, DescribedResponse>>;
const operations = Object.entries(document.paths).flatMap(([resource, item]) =>
  Object.entries(item as Record<string, { responses?: Record<string, DescribedResponse> }>).flatMap(
    ([method, { responses }]) => (responses === undefined ? [] : [{ name: `${method} ${resource}`, responses }]),
  ),
);
const answers = operations.flatMap(({ name, responses }) =>
  Object.entries(responses).map(([status, response]) => ({
    name,
    status: Number(status),
    response: response.$ref === undefined ? response : components[response.$ref.split('/').at(-1)!]!,
  })),
);

describe('error catalogue, API description and code agree', () => {
  test('every error of the catalogue is documented under its status by an operation', () => {
    const undocumented = entries.filter(
      ([code, { status }]) =>
        !answers.some((answer) => answer.status === status && code in (answer.response['x-errors'] ?? {})),
    );
    expect(undocumented.map(([code, { status }]) => `${status} ${code}`)).toEqual([]);
  });

  test('every error that an operation documents is in the catalogue, with that status', () => {
    const unknown = answers.flatMap(({ name, status, response }) =>
      Object.keys(response['x-errors'] ?? {})
        .filter(
          (code) =>
            Object.hasOwn(catalogue, code) === false ||
            (catalogue as Record<string, CatalogueEntry>)[code]!.status !== status,
        )
        .map((code) => `${name}: ${status} ${code}`),
    );
    expect(unknown).toEqual([]);
  });

  test('every problem says which errors it stands for, in words that readers of the description see', () => {
    const silent = answers.filter(({ response }) => {
      const codes = Object.keys(response['x-errors'] ?? {});
      const isProblem = 'application/problem+json' in (response.content ?? {});
      return codes.length > 0 !== isProblem || codes.some((code) => !response.description!.includes(`\`${code}\``));
    });
    // HEAD has no body, and so no media type of one.
    expect(
      silent.filter(({ name }) => !name.startsWith('head ')).map(({ name, status }) => `${name}: ${status}`),
    ).toEqual([]);
  });

  test('every error of the catalogue is raised somewhere, but for those of text, which is not rendered yet', () => {
    const code = globSync('src/**/*.ts', { cwd: root })
      .filter((file) => file !== 'src/errors/catalogue.ts')
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    expect(entries.map(([name]) => name).filter((name) => !code.includes(`'${name}'`))).toEqual([
      'character-set-not-acceptable',
    ]);
  });

  test('every requirement that the catalogue names is on record', () => {
    const named = entries.flatMap(([code, { requirement }]) =>
      requirement === undefined ? [] : [{ code, requirement }],
    );
    expect(named.filter(({ requirement }) => !Object.hasOwn(requirements, requirement))).toEqual([]);
  });

  test('every error names the clause that its status comes from', () => {
    expect(entries.filter(([, { source }]) => source.trim() === '')).toEqual([]);
  });
});
