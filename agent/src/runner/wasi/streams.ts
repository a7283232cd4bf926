import { readSync, writeSync } from 'node:fs';
import type { StreamDescriptor } from './descriptors.ts';
import { STREAM_RIGHTS } from './layout.ts';

/** Standard streams: the process's own when a developer runs a program by hand, payload and log on a device. */
const rights = { rightsBase: STREAM_RIGHTS, rightsInheriting: 0n, flags: 0 };
const RETRY_MS = 5;

export function inheritedInput(): StreamDescriptor {
  return {
    kind: 'stream',
    hostFd: 0,
    ...rights,
    read: (into) => retried(() => readSync(0, into, 0, into.length, null)),
  };
}

export function inheritedOutput(hostFd: 1 | 2): StreamDescriptor {
  return { kind: 'stream', hostFd, ...rights, write: (bytes) => retried(() => writeSync(hostFd, bytes)) };
}

/** Reads a payload to its end. */
export function payloadInput(payload: Uint8Array): StreamDescriptor {
  let at = 0;
  const read = (into: Uint8Array) => {
    const part = payload.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return part.length;
  };
  return { kind: 'stream', hostFd: null, ...rights, read };
}

export function outputTo(take: (bytes: Uint8Array) => void): StreamDescriptor {
  const write = (bytes: Uint8Array) => {
    take(bytes);
    return bytes.length;
  };
  return { kind: 'stream', hostFd: null, ...rights, write };
}

/** A terminal or pipe that somebody made non-blocking answers EAGAIN; to a program it should look blocking. */
function retried(transfer: () => number): number {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EOF') return 0;
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
