import { hash } from 'node:crypto';
import { closeSync, fdatasync, fstatSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import { fileSource, memorySource } from '../dicom/byte-source.ts';
import { instanceFacts } from './instance-facts.ts';
import { makeRunFiles } from './run-files.ts';
import type { SentTask, StoreAnswer, StoreOutcomes, StoreTask } from './store-task.ts';

const port = parentPort!;
const syncFile = promisify(fdatasync);

port.on('message', (sent: SentTask) => void answer(sent));

async function answer({ id, task }: SentTask): Promise<void> {
  const memory = task.kind === 'store' ? task.bytes.buffer : undefined;
  const answered = { id, ...(memory && { memory }), ...(await outcomeOf(task)) } as StoreAnswer;
  port.postMessage(answered, memory === undefined ? [] : [memory]);
}

async function outcomeOf(task: StoreTask): Promise<object> {
  try {
    return { ok: true, outcome: await perform(task) };
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    return { ok: false, error: { message, ...(code !== undefined && { code }) } };
  }
}

function perform(task: StoreTask): Promise<StoreOutcomes['store']> | StoreOutcomes['read' | 'make-run-files'] {
  switch (task.kind) {
    case 'store':
      return store(task.file, task.bytes);
    case 'read':
      return read(task.file);
    case 'make-run-files':
      makeRunFiles(task.files);
      return undefined;
  }
}

/** The disk works while the bytes are read, and other tasks begin meanwhile. */
async function store(file: string, bytes: Uint8Array): Promise<StoreOutcomes['store']> {
  const fd = openSync(file, 'r+');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    const durable = syncFile(fd);
    try {
      return { digest: hash('sha256', bytes, 'hex'), facts: instanceFacts(memorySource(bytes)) };
    } finally {
      await durable;
    }
  } finally {
    closeSync(fd);
  }
}

function read(file: string): StoreOutcomes['read'] {
  const fd = openSync(file, 'r');
  try {
    return { facts: instanceFacts(fileSource(fd, fstatSync(fd).size)) };
  } finally {
    closeSync(fd);
  }
}
