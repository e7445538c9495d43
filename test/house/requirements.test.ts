import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { requirements as generated } from '../../generated/requirements.ts';
import { readRegistry } from '../../scripts/generate/requirements.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const { requirements, decisions, sources } = readRegistry();

describe('the registry', () => {
  test('holds every statement of the four documents; an id is never given away or used again', () => {
    const counts = { 'R-000': 86, 'R-001': 434, 'R-002': 23, 'R-003': 17 };
    const expected = Object.entries(counts).flatMap(([prefix, count]) =>
      Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(3, '0')}`),
    );
    expect(requirements.map(({ id }) => id)).toEqual(expected);
    expect(Object.keys(generated)).toEqual(expected);
  });

  test('names for what is not ours, and for what is to come, the reason in words', () => {
    for (const { id, exception, planned } of requirements) {
      for (const reason of [exception, planned]) expect(reason ?? 'active', id).toMatch(/[A-Za-z]{4}/);
    }
  });

  test('uses every decision, and every document that was read', () => {
    const cited = new Set(requirements.flatMap(({ decision = [] }) => decision));
    expect(decisions.filter(({ number }) => !cited.has(number))).toEqual([]);
    const read = sources.filter(({ sha256 }) => sha256 !== undefined).map(({ key }) => key);
    expect(new Set(requirements.map(({ source }) => source))).toEqual(new Set(read));
  });

  test('speaks in words of its own: no placeholders, no names of test cases', () => {
    for (const { id, summary, observable, remark = '' } of requirements) {
      expect(`${summary} ${observable} ${remark}`, id).not.toMatch(/\{(rr|st|se|bulk|ct)\b|\b[PWCM]\d\d\b|\bseed\b/i);
    }
  });
});

describe('the schema of the registry', () => {
  const record = `- id: R-999-001
    clause: '6.1'
    locator: line 1
    level: shall
    actor: origin server
    summary: Something.
    observable: It shows.`;

  function registryWith(records: string): () => unknown {
    const spec = temporaryDirectory();
    mkdirSync(path.join(spec, 'requirements'));
    writeFileSync(path.join(spec, 'sources.yaml'), '- { key: a, title: A, edition: First, role: All. }\n');
    writeFileSync(path.join(spec, 'decisions.yaml'), '- { number: D-01, subject: A, where: there, decision: So. }\n');
    writeFileSync(path.join(spec, 'requirements/a.yaml'), `source: a\nrequirements:\n  ${records}\n`);
    return () => readRegistry(spec);
  }

  test('takes a whole record', () => {
    expect(registryWith(record)()).toMatchObject({ requirements: [{ id: 'R-999-001', source: 'a' }] });
  });

  test.each([
    ['an unknown field', `${record}\n    colour: red`, 'unknown field colour'],
    ['a missing field', record.replace(/ {4}summary.*\n/, ''), 'summary is undefined'],
    ['an unknown level', record.replace('shall', 'ought'), 'level is "ought"'],
    ['a locator that is no line', record.replace('line 1', 'page 1'), 'locator is "page 1"'],
    ['an exception without a reason', `${record}\n    exception: ''`, 'exception is ""'],
    ['a plan without a capability', `${record}\n    planned:`, 'planned is null'],
    ['both', `${record}\n    planned: video\n    exception: Retired.`, 'exclude each other'],
    ['an unknown decision', `${record}\n    decision: [D-99]`, 'unknown decision D-99'],
    ['the same id twice', `${record}\n  ${record}`, 'R-999-001 stands more than once'],
  ])('refuses %s', (_, records, message) => {
    expect(registryWith(records)).toThrow(message);
  });
});
