import { processCpuMs, processMemoryBytes } from './process-usage.ts';
import type { RunnerGauge } from './runner-handle.ts';

/** Figures of a runner process of its own, from /proc; its share is kept by stopping it. */
export function processGauge(pid: () => number | undefined): RunnerGauge {
  const ask = (read: (of: number) => number | null) => {
    const of = pid();
    return of === undefined ? null : read(of);
  };
  return {
    source: 'proc',
    isolation: 'process',
    pacing: 'signals',
    cpuMs: () => ask(processCpuMs),
    memoryBytes: () => ask(processMemoryBytes),
    throttledMs: () => 0,
  };
}
