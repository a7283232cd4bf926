import { read, writeSync } from 'node:fs';
import { checkFrameLength, decodeFrame, encodeFrame } from './frame.ts';

/**
 * The main thread of a process that trusted programs share. It runs no guest: it starts a worker thread for a slot when the agent says
 * so, ends it when the agent says so, and says when one is gone. Each worker is a runner of its own, over the slot's own socket. What
 * keeps programs apart here is V8 alone.
 */
export type ToShared = { readonly type: 'open' | 'end'; readonly slot: number };
export interface FromShared {
  readonly type: 'gone';
  readonly slot: number;
  readonly isOutOfMemory: boolean;
}

/** First descriptor of a slot; the one before it is the control socket. */
export const SLOT_FD = 4;
const CONTROL_FD = 3;
/** Bounds of a worker's own JavaScript; the guest's memory is not in it. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 16 };

interface Worker {
  on(event: 'exit' | 'error', heard: (value: unknown) => void): void;
  terminate(): Promise<number>;
}
type WorkerClass = new (path: string, options: object) => Worker;

export function serveSlots(entryPath: string): void {
  // Not imported: a runner with one guest would pay for it in memory.
  const { Worker } = process.getBuiltinModule('node:worker_threads') as unknown as { Worker: WorkerClass };
  const workers = new Map<number, Worker>();

  function open(slot: number): void {
    let isOutOfMemory = false;
    const worker = new Worker(entryPath, {
      argv: ['slot', String(SLOT_FD + slot)],
      env: {},
      name: threadName(slot),
      resourceLimits: WORKER_LIMITS,
    });
    workers.set(slot, worker);
    worker.on('error', (error) => {
      isOutOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    });
    worker.on('exit', () => {
      workers.delete(slot);
      say({ type: 'gone', slot, isOutOfMemory });
    });
  }

  receive((message) => {
    if (message.type === 'open') open(message.slot);
    else void workers.get(message.slot)?.terminate();
  });
}

/** The kernel shows it beside the thread, so that the agent finds the thread of a slot. */
export function threadName(slot: number): string {
  return `slot-${slot}`;
}

function say(message: FromShared): void {
  writeSync(CONTROL_FD, encodeFrame(message));
}

function receive(heard: (message: ToShared) => void): void {
  readExactly(4, (length) =>
    readExactly(checkFrameLength(length.readUInt32LE(0)), (body) => {
      heard(decodeFrame(body).head as ToShared);
      receive(heard);
    }),
  );
}

function readExactly(length: number, done: (bytes: Buffer) => void, bytes = Buffer.allocUnsafe(length), at = 0): void {
  read(CONTROL_FD, bytes, at, length - at, null, (error, count) => {
    // The agent is gone. Workers that wait in a read would keep an orderly exit waiting with them.
    if (error !== null || count === 0) process.kill(process.pid, 'SIGKILL');
    else if (at + count < length) readExactly(length, done, bytes, at + count);
    else done(bytes);
  });
}
