import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import document from '../../generated/openapi.json' with { type: 'json' };
import { operations } from '../../generated/operations.ts';
import { requirements } from '../../generated/requirements.ts';
import { bundle } from '../../scripts/generate/openapi-bundle.ts';

/** Every object of the description with where it stands, depth first. */
function objectsOf(node: unknown, at = '#'): { at: string; object: Readonly<Record<string, unknown>> }[] {
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.entries(node).flatMap(([key, value]) => objectsOf(value, `${at}/${key}`));
  return Array.isArray(node) ? inside : [{ at, object: node as Readonly<Record<string, unknown>> }, ...inside];
}

const objects = objectsOf(document);
const cited = objects.flatMap(({ at, object }) =>
  ((object['x-requirements'] ?? []) as string[]).map((id) => ({ at, id })),
);

describe('API description', () => {
  test('is what the sources in spec/openapi make', () => {
    expect(bundle().document).toEqual(document);
  });

  test('is valid OpenAPI 3.1', async () => {
    const require = createRequire(import.meta.resolve('express-openapi-validator'));
    const { OpenAPISchemaValidator } = require('express-openapi-validator/dist/framework/openapi.schema.validator.js');
    const validator = new OpenAPISchemaValidator({ version: '3.1.0', validateApiSpec: true });
    expect(validator.validate(structuredClone(document)).errors).toEqual([]);
  });

  test('cites requirements that are on record and are not refused', () => {
    const wrong = cited.filter(({ id }) => {
      const record = (requirements as Readonly<Record<string, { status: string }>>)[id];
      return record === undefined || record.status === 'exception';
    });
    expect(wrong.map(({ at, id }) => `${id} at ${at}`)).toEqual([]);
  });

  test('says of every operation that clauses of this project describe which requirements it meets', () => {
    const beyond = /^(search|health|retrieve\w*Thumbnail$)/;
    const silent = operations.filter(
      ({ operationId, requirements: ids }) => ids.length === 0 && !beyond.test(operationId),
    );
    expect(silent.map(({ operationId }) => operationId)).toEqual([]);
  });

  test('gives each operation a summary, a description, and each status a meaning', () => {
    const described = objects.filter(({ at }) =>
      /^#\/paths\/.*\/(get|head|post|options)$/.test(at.replaceAll('~1', '/')),
    );
    expect(described.length).toBeGreaterThan(operations.length);
    expect(described.filter(({ object }) => !object.summary || !object.description).map(({ at }) => at)).toEqual([]);
    const responses = objects.filter(({ at }) => /\/responses\/\w+$/.test(at));
    expect(responses.filter(({ object }) => !object.description && !object.$ref).map(({ at }) => at)).toEqual([]);
  });

  test('describes every parameter, with an example of each query parameter that has a syntax', () => {
    const parameters = objects.filter(({ object }) => typeof object.in === 'string' && typeof object.name === 'string');
    expect(parameters.filter(({ object }) => !object.description).map(({ at }) => at)).toEqual([]);
    const bare = parameters.filter(
      ({ object }) => object.allowReserved === true && !('example' in object) && !('examples' in object),
    );
    expect(bare.map(({ at }) => at)).toEqual([]);
  });

  test('lets reserved characters stand in every query parameter that is a string', () => {
    const strict = objects.filter(
      ({ object }) =>
        object.in === 'query' &&
        object.allowReserved !== true &&
        !['integer', 'number', 'boolean'].includes((object.schema as { type?: string }).type ?? '') &&
        !('$ref' in (object.schema as object)) &&
        !('enum' in (object.schema as object)),
    );
    expect(strict.map(({ at }) => at)).toEqual([]);
  });

  test('marks as 501 the operations that are planned, and no others', () => {
    const marked = objects.filter(
      ({ object }) => typeof object.responses === 'object' && object.responses !== null && '501' in object.responses,
    );
    const planned = objects.filter(({ object }) => 'x-planned' in object && 'responses' in object);
    expect(marked.map(({ at }) => at)).toEqual(planned.map(({ at }) => at));
    expect(operations.filter((operation) => operation.planned !== undefined).length).toBeGreaterThan(0);
  });
});
