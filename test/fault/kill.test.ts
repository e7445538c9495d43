import { createHash, randomBytes } from 'node:crypto';
import { globSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type OriginServerProcess, startOriginServerProcess } from '../support/origin-server.ts';
import { secondaryCapture } from '../support/secondary-capture.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const instances = 500;
const kills = 4;
const connections = 4;

const study = '2.25.500';
const uidOf = (number: number): string => `${study}.1.${number + 1}`;

/** Small and large ones, so that a kill meets instances in memory and instances being spooled. */
function instanceOf(number: number): Buffer {
  const pixels = number % 50 === 49 ? randomBytes(5_000_000) : randomBytes(2_000);
  return secondaryCapture({ StudyInstanceUID: study, SOPInstanceUID: uidOf(number), InstanceNumber: number, pixels });
}

interface StoredInstance {
  readonly digest: string;
  readonly size: number;
}

/** Sends instances until the server dies or all are sent; an instance is acknowledged once its 200 is here. */
async function storeUntilKilled(
  server: OriginServerProcess,
  waiting: number[],
  sent: Map<string, StoredInstance>,
  acknowledged: Set<string>,
): Promise<void> {
  let alive = true;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (alive && waiting.length > 0) {
        const number = waiting.shift()!;
        const bytes = instanceOf(number);
        sent.set(uidOf(number), { digest: createHash('sha256').update(bytes).digest('hex'), size: bytes.length });
        try {
          const response = await fetch(`${server.serviceRoot}/studies`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/dicom' },
            body: Uint8Array.from(bytes),
          });
          expect(response.status).toBe(200);
          acknowledged.add(uidOf(number));
        } catch (error) {
          if (!(error instanceof TypeError)) throw error;
          alive = false;
        }
      }
    }),
  );
}

async function visibleInstances(server: OriginServerProcess): Promise<readonly string[]> {
  const response = await fetch(`${server.serviceRoot}/studies/${study}/metadata`, {
    headers: { Accept: 'application/dicom+json' },
  });
  if (response.status === 404) return [];
  const all = (await response.json()) as { '00080018': { Value: [string] } }[];
  return all.map((instance) => instance['00080018'].Value[0]);
}

/** SHA-256 of an instance as it was stored, out of the one part it is sent in. */
async function digestOf(server: OriginServerProcess, uid: string, { size }: StoredInstance): Promise<string> {
  const response = await fetch(`${server.serviceRoot}/studies/${study}/series/${study}.1/instances/${uid}`, {
    headers: { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
  });
  expect(response.status).toBe(200);
  const body = Buffer.from(await response.arrayBuffer());
  const start = body.indexOf('\r\n\r\n') + 4;
  return createHash('sha256')
    .update(body.subarray(start, start + size))
    .digest('hex');
}

test('kill -9 at any moment loses nothing that was acknowledged and leaves nothing half visible', async () => {
  const data = temporaryDirectory();
  const waiting = Array.from({ length: instances }, (_, number) => number);
  const sent = new Map<string, StoredInstance>();
  const acknowledged = new Set<string>();

  for (let kill = 0; kill < kills; kill += 1) {
    const server = await startOriginServerProcess(data);
    const storing = storeUntilKilled(server, waiting, sent, acknowledged);
    await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 500));
    await server.stop('SIGKILL');
    await storing;
  }
  const last = await startOriginServerProcess(data);
  try {
    // Right after the start: what the kill left is gone.
    expect(readdirSync(path.join(data, 'open-runs'))).toEqual([]);
    const visible = await visibleInstances(last);
    expect(globSync('objects/*/*/*', { cwd: data })).toHaveLength(visible.length);
    expect(visible.filter((uid) => !sent.has(uid))).toEqual([]);
    expect([...acknowledged].filter((uid) => !visible.includes(uid))).toEqual([]);

    await storeUntilKilled(last, waiting, sent, acknowledged);
    const all = await visibleInstances(last);
    expect(waiting).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(acknowledged.size);
    for (const uid of all) expect(await digestOf(last, uid, sent.get(uid)!), uid).toBe(sent.get(uid)!.digest);
  } finally {
    await last.stop('SIGKILL');
  }
}, 180_000);
