import { readSync, writeSync } from 'node:fs';
import { checkFrameLength, decodeFrame, encodeFrame, type Frame } from './frame.ts';
import type { CallEvent, FromRunner, HostOperation, ReplyMessage, ToRunner } from './messages.ts';

/**
 * The runner's end of the socket to the agent. Descriptors from 3 on stay blocking in a child process, so a read simply waits:
 * the runner needs no event loop, and a host call from inside the guest is an ordinary function. When the agent closes its end,
 * or dies, the next read or write ends the process.
 */
export interface HostReply {
  readonly status: number;
  readonly tail: Uint8Array;
  readonly event?: CallEvent;
}

export interface Channel {
  send(message: FromRunner, tail?: Uint8Array): void;
  receive(): { message: ToRunner; tail: Uint8Array };
  /** Sends a host call and waits for its reply. */
  request(operation: HostOperation, tail?: Uint8Array): HostReply;
}

export function openChannel(fd: number): Channel {
  function receiveFrame(): Frame {
    const length = checkFrameLength(readExactly(fd, 4).readUInt32LE(0));
    return decodeFrame(readExactly(fd, length));
  }
  const channel: Channel = {
    send: (message, tail) => writeAll(fd, encodeFrame(message, tail)),
    receive: () => {
      const frame = receiveFrame();
      return { message: frame.head as ToRunner, tail: frame.tail };
    },
    request: (operation, tail) => {
      channel.send({ type: 'host', ...operation }, tail);
      const frame = receiveFrame();
      const { status, event } = frame.head as ReplyMessage;
      return event === undefined ? { status, tail: frame.tail } : { status, event, tail: frame.tail };
    },
  };
  return channel;
}

function readExactly(fd: number, length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const count = orExit(() => readSync(fd, out, at, length - at, null));
    if (count === 0) process.exit(0);
    at += count;
  }
  return out;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += orExit(() => writeSync(fd, bytes, at, bytes.length - at));
}

/** A broken channel means that nobody listens any more: there is nothing left to do. */
function orExit(transfer: () => number): number {
  try {
    return transfer();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINTR') return orExit(transfer);
    process.exit(0);
  }
}
