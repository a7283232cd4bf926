import { sleepUntil } from '../sleep.ts';
import { clockNs } from './clocks.ts';
import type { WasiContext, WasiFunctions } from './context.ts';
import { ERRNO, errnoOf, WasiError } from './errno.ts';
import { RIGHT } from './layout.ts';

/** poll_oneoff: waits for the first of several clocks. Files, and input that is at hand, are always ready. */
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const SUBSCRIPTIONS_MAX = 4096;
const TYPE = { clock: 0, read: 1, write: 2 } as const;
const ABSTIME = 1;

interface PollEvent {
  readonly userdata: bigint;
  readonly type: number;
  readonly errno: number;
}

export function pollFunctions({ memory, channel, table }: WasiContext): WasiFunctions {
  return {
    poll_oneoff: (subscriptionsAt: number, eventsAt: number, count: number, resultAt: number) => {
      if (count === 0 || count >>> 0 > SUBSCRIPTIONS_MAX) throw new WasiError(ERRNO.inval);
      const view = memory.view(subscriptionsAt, count * SUBSCRIPTION_BYTES);
      memory.bytes(eventsAt, count * EVENT_BYTES);
      const ready: PollEvent[] = [];
      const clocks: { userdata: bigint; deadlineNs: bigint }[] = [];
      for (let index = 0; index < count; index += 1) {
        const at = index * SUBSCRIPTION_BYTES;
        const userdata = view.getBigUint64(at, true);
        const type = view.getUint8(at + 8);
        if (type === TYPE.clock) clocks.push({ userdata, deadlineNs: deadlineOf(view, at) });
        else if (type === TYPE.read || type === TYPE.write)
          ready.push({ userdata, type, errno: errnoOfFd(view.getUint32(at + 16, true)) });
        else throw new WasiError(ERRNO.inval);
      }
      const first = clocks.reduce<bigint | null>(
        (least, c) => (least === null || c.deadlineNs < least ? c.deadlineNs : least),
        null,
      );
      if (ready.length === 0 && first !== null) {
        sleepUntil(first, channel);
      }
      const nowNs = process.hrtime.bigint();
      for (const { userdata, deadlineNs } of clocks)
        if (deadlineNs <= nowNs) ready.push({ userdata, type: TYPE.clock, errno: ERRNO.success });
      for (const [index, event] of ready.entries())
        writeEvent(memory.view(eventsAt + index * EVENT_BYTES, EVENT_BYTES), event);
      memory.setU32(resultAt, ready.length);
    },
  };

  function errnoOfFd(fd: number): number {
    try {
      table.with(fd, RIGHT.pollFdReadwrite);
      return ERRNO.success;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null) throw error;
      return errno;
    }
  }
}

/** When a clock subscription is due, by the monotonic clock of the process. */
function deadlineOf(view: DataView, at: number): bigint {
  const id = view.getUint32(at + 16, true);
  const timeoutNs = view.getBigUint64(at + 24, true);
  const now = clockNs(id);
  const isAbsolute = (view.getUint16(at + 40, true) & ABSTIME) !== 0;
  return process.hrtime.bigint() + (isAbsolute ? timeoutNs - now : timeoutNs);
}

function writeEvent(view: DataView, { userdata, type, errno }: PollEvent): void {
  view.setBigUint64(0, userdata, true);
  view.setUint16(8, errno, true);
  view.setUint8(10, type);
  // Bytes at hand are not known; one says "do read".
  view.setBigUint64(16, type === TYPE.clock || errno !== ERRNO.success ? 0n : 1n, true);
  view.setUint16(24, 0, true);
}
