import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { octetsOf } from '../../../src/storing/request-octets.ts';

const chunk = (value: number): Buffer => Buffer.alloc(100_000, value);

test('chunks come as they were sent, in their order, each gone when the next one is there', async () => {
  const values = [1, 2, 3, 4, 5];
  const received: Uint8Array[] = [];
  for await (const octets of octetsOf(Readable.from(values.map(chunk)))) {
    received.push(Buffer.from(octets));
    await new Promise(setImmediate);
  }
  expect(Buffer.concat(received)).toEqual(Buffer.concat(values.map(chunk)));
});

test('a body of nothing has no chunks', async () => {
  for await (const _ of octetsOf(Readable.from([]))) expect.unreachable();
});

test('a body that is left half read is not destroyed, and can be read on', async () => {
  const body = Readable.from([1, 2, 3, 4, 5, 6, 7, 8].map(chunk));
  for await (const _ of octetsOf(body)) break;
  expect(body.destroyed).toBe(false);
  const ended = new Promise((resolve) => body.once('end', resolve));
  body.resume();
  await ended;
});

test('a sender is not read faster than the chunks are taken', async () => {
  let made = 0;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      made += 1;
      this.push(chunk(0));
    },
  });
  const octets = octetsOf(body);
  await octets.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toBeLessThan(8);
  await octets.return();
  body.destroy();
});

test.each([
  ['with an error', new Error('reset'), 'reset'],
  ['without one', undefined, 'the request ended before its body did'],
])('a sender that goes in the middle %s is a failure', async (_, error, message) => {
  const body = new Readable({ read() {} });
  body.push(chunk(1));
  const octets = octetsOf(body);
  await octets.next();
  const next = octets.next();
  body.destroy(error);
  await expect(next).rejects.toThrow(message);
});

test('a sender that has gone before is a failure too', async () => {
  const body = new Readable({ read() {} });
  body.destroy();
  await expect(octetsOf(body).next()).rejects.toThrow('the request ended before its body did');
});
