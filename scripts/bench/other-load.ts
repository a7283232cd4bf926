import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How much of the machine's processors went to neither of the processes that are measured, of what there was: figures of a busy
 * machine say little. Source: proc(5), the first line of /proc/stat, in hundredths of a second.
 */
export function measureOtherLoad(): (ownCpuSeconds: number, wallSeconds: number) => number {
  const before = busySeconds();
  return (ownCpuSeconds, wallSeconds) => {
    const others = busySeconds() - before - ownCpuSeconds;
    return Math.max(0, Number((others / (wallSeconds * availableParallelism())).toFixed(2)));
  };
}

function busySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / 100;
}
