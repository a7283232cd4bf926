import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used so far, from /proc. Source: proc(5), fields utime and stime of `stat`, VmRSS and VmHWM of `status`. */
export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly rssPeakBytes: number;
}

/** Linux counts in hundredths of a second for every program, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

export function processCost(pid: number): ProcessCost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssBytes: kibibytes('VmRSS') * 1024,
    rssPeakBytes: kibibytes('VmHWM') * 1024,
  };
}

/** The same with the children it has now: a control plane and the process of its broker. */
export function programCost(pid: number): ProcessCost {
  const costs = [pid, ...childrenOf(pid)].map(processCost);
  const sum = (figure: keyof ProcessCost) => costs.reduce((total, cost) => total + cost[figure], 0);
  return { cpuSeconds: sum('cpuSeconds'), rssBytes: sum('rssBytes'), rssPeakBytes: sum('rssPeakBytes') };
}

/** Source: proc(5), `children` of each thread. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
