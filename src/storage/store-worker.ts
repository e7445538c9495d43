import { hash } from 'node:crypto';
import { closeSync, fstatSync, fsync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import { fileSource, memorySource } from '../dicom/byte-source.ts';
import { type InstanceFacts, instanceFacts } from './instance-facts.ts';
import type { StoreAnswer, StoreTask } from './store-task.ts';

const port = parentPort!;
const fsyncFile = promisify(fsync);

port.on('message', (task: StoreTask) => void perform(task));

async function perform({ id, file, bytes }: StoreTask): Promise<void> {
  let answer: StoreAnswer;
  try {
    answer = { id, ok: true, ...(await (bytes === undefined ? read(file) : store(file, bytes))) };
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    answer = { id, ok: false, error: { message, ...(code !== undefined && { code }) } };
  }
  if (bytes === undefined) port.postMessage(answer);
  else port.postMessage({ ...answer, memory: bytes.buffer }, [bytes.buffer]);
}

/** Writes a file and reads what is in it. The disk works while the bytes are read, and other tasks begin meanwhile. */
async function store(file: string, bytes: Uint8Array): Promise<{ facts: InstanceFacts; digest: string }> {
  const fd = openSync(file, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    const durable = fsyncFile(fd);
    try {
      return { digest: hash('sha256', bytes, 'hex'), facts: instanceFacts(memorySource(bytes)) };
    } finally {
      await durable;
    }
  } finally {
    closeSync(fd);
  }
}

async function read(file: string): Promise<{ facts: InstanceFacts }> {
  const fd = openSync(file, 'r');
  try {
    return { facts: instanceFacts(fileSource(fd, fstatSync(fd).size)) };
  } finally {
    closeSync(fd);
  }
}
