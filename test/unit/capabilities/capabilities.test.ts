import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../../generated/operations.ts';
import type { Capabilities } from '../../../src/capabilities/capabilities.ts';
import { retrieveCapabilities } from '../../../src/handlers/retrieve-capabilities.ts';
import { requirement } from '../../support/requirement.ts';
import { type StubService, startStubService } from '../../support/stub-service.ts';

let service: StubService;
beforeAll(async () => {
  service = await startStubService({ retrieveCapabilities: retrieveCapabilities({ videoEncoder: undefined }) });
});
afterAll(() => service.close());

const options = (path: string, accept: string) =>
  fetch(`${service.url}${path}`, { method: 'OPTIONS', headers: { Accept: accept } });

async function asJson(path: string): Promise<Capabilities> {
  return (await (await options(path, 'application/json')).json()) as Capabilities;
}

describe('Retrieve Capabilities (PS3.18 8.9)', () => {
  test('is WADL by default, JSON when asked for, 406 otherwise', async () => {
    const wadl = await options('/dicomweb/', '*/*');
    expect([wadl.status, wadl.headers.get('content-type')]).toEqual([
      200,
      'application/vnd.sun.wadl+xml; charset=utf-8',
    ]);
    expect((await options('/dicomweb', 'application/json')).headers.get('content-type')).toBe('application/json');
    expect((await options('/dicomweb/', 'text/html')).status).toBe(406);
    expect((await options('/dicomweb/?accept=application/json', '*/*')).headers.get('content-type')).toBe(
      'application/json',
    );
  });

  test('lists every resource that is built, and none that is planned', async () => {
    const { base, resources } = await asJson('/dicomweb/');
    expect(base).toBe(`${service.url}/dicomweb/`);
    const listed = resources.flatMap(({ methods }) => methods.map(({ id }) => id)).sort();
    const built = operations.filter(
      ({ root, planned, path }) => root === 'service' && planned === undefined && path !== '/',
    );
    expect(listed).toEqual(built.map(({ operationId }) => operationId).sort());
  });

  test('describes one resource for itself', async () => {
    const { resources } = await asJson('/dcm4chee-arc/aets/OTHER/rs/studies/1.2/series/3');
    expect(resources.map(({ path }) => path)).toEqual(['studies/{study}/series/{series}']);
    expect((await options('/dicomweb/studies/1.2', '*/*')).headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS');
  });

  requirement(
    ['R-001-163', 'R-001-248', 'R-001-272', 'R-001-293'],
    'documents character sets, SOP Classes and additional keywords',
    async () => {
      const text = (await asJson('/dicomweb/')).notes.map((note) => note.text).join('\n');
      for (const told of ['UTF-8', 'ISO-8859-1', 'GB18030', 'SOP Class', 'procedure']) expect(text).toContain(told);
      expect(await (await options('/dicomweb/', '*/*')).text()).toContain('GB18030');
    },
  );

  test('lists the parameters and media types of a resource', async () => {
    const { resources } = await asJson('/dicomweb/studies/1/series/2/instances/3/rendered');
    const [method] = resources[0]!.methods;
    expect(method!.parameters.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'instance',
        'accept',
        'charset',
        'annotation',
        'quality',
        'viewport',
        'window',
        'Accept',
      ]),
    );
    const { mediaTypes } = method!.responses.find(({ status }) => status === 200)!;
    expect(mediaTypes).toEqual(expect.arrayContaining(['image/jpeg', 'video/mp4', 'video/H265']));
    expect(mediaTypes).toEqual(expect.arrayContaining(['image/jpeg', 'image/gif', 'image/png']));
  });

  test('the WADL document is well formed', async () => {
    const text = await (await options('/dicomweb/', '*/*')).text();
    const open: string[] = [];
    for (const [, close, name, , selfClosed] of text.matchAll(/<(\/?)([a-z]+)((?:\s+[a-zA-Z]+="[^"<]*")*)\s*(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (selfClosed === '') open.push(name!);
    }
    expect(open).toEqual([]);
    expect(text.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
  });
});
