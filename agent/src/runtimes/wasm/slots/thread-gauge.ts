import { readdirSync, readFileSync } from 'node:fs';
import { threadName } from '../../../runner/slots.ts';
import { processMemoryBytes } from '../process-usage.ts';
import type { RunnerGauge } from '../runner-handle.ts';

const NS_PER_MS = 1e6;

/**
 * Figures of one thread of a shared process. CPU time is that of the thread alone: the compiler's and collector's threads serve all.
 * Memory is the program's own module and an even part of the rest of the process.
 */
export function threadGauge(
  pid: () => number | undefined,
  slot: number,
  moduleBytes: { own(): number; all(): number; count(): number },
): RunnerGauge {
  let task: string | null = null;
  return {
    source: 'proc',
    isolation: 'shared',
    pacing: 'none',
    cpuMs() {
      task ??= findTask(pid(), threadName(slot));
      if (task === null) return null;
      const spent = /^(\d+) /.exec(readOrEmpty(`${task}/schedstat`))?.[1];
      return spent === undefined ? null : Number(spent) / NS_PER_MS;
    },
    memoryBytes() {
      const of = pid();
      const whole = of === undefined ? null : processMemoryBytes(of);
      if (whole === null) return null;
      const shared = Math.max(0, whole - moduleBytes.all());
      return Math.round(moduleBytes.own() + shared / Math.max(1, moduleBytes.count()));
    },
    throttledMs: () => 0,
  };
}

function findTask(pid: number | undefined, name: string): string | null {
  if (pid === undefined) return null;
  try {
    const folders = readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`);
    return folders.find((folder) => readOrEmpty(`${folder}/comm`).trim() === name) ?? null;
  } catch {
    return null;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
