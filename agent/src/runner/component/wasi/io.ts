import type { Channel } from '../../channel.ts';
import { sleepUntil } from '../../sleep.ts';
import { trap } from '../abi/trap.ts';
import type { Interfaces } from './interfaces.ts';
import { type InputStream, type IoError, type OutputStream, Pollable } from './streams.ts';

/** Pollables of one call; more than any program has streams and timers. */
const POLLABLES_MAX = 4096;

/** wasi:io: error, poll, streams. */
export function ioInterfaces(channel: Channel): Interfaces {
  const poll = (pollables: readonly Pollable[]): number[] => {
    if (pollables.length === 0 || pollables.length > POLLABLES_MAX) trap(`a poll of ${pollables.length} pollables`);
    for (;;) {
      const ready = [...pollables.keys()].filter((at) => pollables[at]?.isReady());
      if (ready.length > 0) return ready;
      const deadlines = pollables.flatMap(({ deadlineNs }) => (deadlineNs === null ? [] : [deadlineNs]));
      // What is not ready and no clock is becomes ready by the guest itself, which waits here.
      if (deadlines.length === 0) trap('a poll that would wait for ever');
      sleepUntil(earliest(deadlines), channel);
    }
  };
  const read = (self: InputStream, length: bigint) => self.read(length);
  const skip = (self: InputStream, length: bigint) => self.skip(length);
  const flush = (self: OutputStream) => self.flush();
  const splice = (self: OutputStream, from: InputStream, length: bigint) => self.splice(from, length);
  return {
    'wasi:io/error': { '[method]error.to-debug-string': (self: IoError) => self.message },
    'wasi:io/poll': {
      poll,
      '[method]pollable.ready': (self: Pollable) => self.isReady(),
      '[method]pollable.block': (self: Pollable) => void poll([self]),
    },
    'wasi:io/streams': {
      '[method]input-stream.read': read,
      '[method]input-stream.blocking-read': read,
      '[method]input-stream.skip': skip,
      '[method]input-stream.blocking-skip': skip,
      '[method]input-stream.subscribe': () => new Pollable(),
      '[method]output-stream.check-write': (self: OutputStream) => self.checkWrite(),
      '[method]output-stream.write': (self: OutputStream, bytes: Uint8Array) => self.write(bytes),
      '[method]output-stream.blocking-write-and-flush': (self: OutputStream, bytes: Uint8Array) => self.writeAll(bytes),
      '[method]output-stream.flush': flush,
      '[method]output-stream.blocking-flush': flush,
      '[method]output-stream.subscribe': () => new Pollable(),
      '[method]output-stream.write-zeroes': (self: OutputStream, length: bigint) => self.zeroes(length),
      '[method]output-stream.blocking-write-zeroes-and-flush': (self: OutputStream, length: bigint) =>
        self.zeroes(length),
      '[method]output-stream.splice': splice,
      '[method]output-stream.blocking-splice': splice,
    },
  };
}

function earliest(deadlines: readonly bigint[]): bigint {
  let least = deadlines[0] as bigint;
  for (const deadline of deadlines) if (deadline < least) least = deadline;
  return least;
}
