import { readdirSync, readFileSync } from 'node:fs';
import { processCost } from '../process-cost.ts';

/** What a process holds and has done so far. Sources: proc(5), `smaps_rollup`, `io`, `task/TID/status`. */
export interface ProcessAccounts {
  readonly rssBytes: number;
  /** Backed by no file: nobody shares it, and the kernel cannot drop it. */
  readonly privateBytes: number;
  readonly cpuMs: number;
  /** Times that a thread went to sleep by itself: how often the processor had to wake for it. */
  readonly wakeUps: number;
  /** Handed to the block device, not to the page cache. */
  readonly writtenBytes: number;
}

const KIB = 1024;

export function readAccounts(pid: number): ProcessAccounts {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const number = (text: string, name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const memory = read('smaps_rollup');
  let wakeUps = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    wakeUps += number(read(`task/${thread}/status`), 'voluntary_ctxt_switches');
  return {
    rssBytes: number(memory, 'Rss') * KIB,
    privateBytes: number(memory, 'Anonymous') * KIB,
    cpuMs: processCost(pid).cpuSeconds * 1000,
    wakeUps,
    writtenBytes: number(read('io'), 'write_bytes'),
  };
}

export interface IdleFigures {
  readonly rssMb: number;
  readonly privateMb: number;
  readonly cpuSecondsPerHour: number;
  readonly wakeUpsPerHour: number;
  readonly writtenKbPerHour: number;
}

const MB = 1e6;
const MS_PER_HOUR = 3_600_000;

/** Two readings of the same process, and the time between them as the process saw it. */
export function idleFigures(before: ProcessAccounts, after: ProcessAccounts, spanMs: number): IdleFigures {
  const perHour = MS_PER_HOUR / spanMs;
  const rounded = (value: number) => Number(value.toFixed(2));
  return {
    rssMb: rounded(after.rssBytes / MB),
    privateMb: rounded(after.privateBytes / MB),
    cpuSecondsPerHour: rounded(((after.cpuMs - before.cpuMs) / 1000) * perHour),
    wakeUpsPerHour: Math.round((after.wakeUps - before.wakeUps) * perHour),
    writtenKbPerHour: rounded(((after.writtenBytes - before.writtenBytes) / 1000) * perHour),
  };
}
