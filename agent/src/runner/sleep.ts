import type { Channel } from './channel.ts';

/** A shorter sleep is not worth telling the agent about. */
const IDLE_MS = 50;
/** Longest single wait; a longer one is waited for in pieces. */
const WAIT_MS_MAX = 2 ** 31 - 1;

/** Sleeps until a time of the monotonic clock, ns. The agent is told of a longer sleep, whose time is not the guest's. */
export function sleepUntil(deadlineNs: bigint, channel: Pick<Channel, 'send'>): void {
  const isLong = deadlineNs - process.hrtime.bigint() > BigInt(IDLE_MS) * 1_000_000n;
  if (isLong) channel.send({ type: 'idle', isIdle: true });
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let leftNs = deadlineNs - process.hrtime.bigint(); leftNs > 0n; leftNs = deadlineNs - process.hrtime.bigint())
    Atomics.wait(cell, 0, 0, Math.min(Number(leftNs) / 1e6, WAIT_MS_MAX));
  if (isLong) channel.send({ type: 'idle', isIdle: false });
}
