import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; 100 on every Linux that Node supports (sysconf(_SC_CLK_TCK)). */
const TICK_MS = 10;

/** CPU time of the whole process, ms: guest, compiler and collector threads. Null when it is gone. */
export function processCpuMs(pid: number): number | null {
  const fields = statFields(pid);
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** When the process began, in ticks since boot: with the pid it names one process for ever. */
export function processStartTicks(pid: number): string | null {
  return statFields(pid)?.[19] ?? null;
}

/** Proportional set size: memory shared with other runners is counted in parts. Null when it is gone. */
export function processMemoryBytes(pid: number): number | null {
  const text = readOrNull(`/proc/${pid}/smaps_rollup`);
  const match = text === null ? null : /^Pss:\s+(\d+) kB$/m.exec(text);
  if (match !== null) return Number(match[1]) * 1024;
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readOrNull(`/proc/${pid}/status`) ?? '');
  return rss === null ? null : Number(rss[1]) * 1024;
}

/** Fields from the third on: the second, the name in brackets, may itself hold spaces and brackets. */
function statFields(pid: number): string[] | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
