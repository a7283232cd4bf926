import type { Scope } from '../cgroup/port.ts';
import type { RunnerGauge } from './runner-handle.ts';

/** Figures of a runner in a cgroup of its own, which also keeps it to its share. */
export function scopeGauge(scope: Scope): RunnerGauge {
  return {
    source: 'cgroup',
    isolation: 'scope',
    pacing: 'kernel',
    cpuMs: () => scope.cpuMs(),
    memoryBytes: () => scope.memoryBytes(),
    throttledMs: () => scope.throttledMs(),
  };
}
