import type { InstanceUsage } from '../../port.ts';

/** What is measured of each runner; calls, errors and limits are counted for the program as a whole. */
export interface LaneFigures {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly modulePeakBytes: number;
  readonly throttledMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export const NO_FIGURES: LaneFigures = {
  cpuMs: 0,
  memoryBytes: 0,
  modulePeakBytes: 0,
  throttledMs: 0,
  sentBytes: 0,
  receivedBytes: 0,
};

export function figuresOf(usage: InstanceUsage): LaneFigures {
  const { cpuMs, memoryBytes, modulePeakBytes = 0, throttledMs = 0, sentBytes = 0, receivedBytes = 0 } = usage;
  return { cpuMs, memoryBytes, modulePeakBytes, throttledMs, sentBytes, receivedBytes };
}

/** Sums, but of the peaks the highest: it is compared with the limit of one instance. */
export function addFigures(a: LaneFigures, b: LaneFigures): LaneFigures {
  return {
    cpuMs: a.cpuMs + b.cpuMs,
    memoryBytes: a.memoryBytes + b.memoryBytes,
    modulePeakBytes: Math.max(a.modulePeakBytes, b.modulePeakBytes),
    throttledMs: a.throttledMs + b.throttledMs,
    sentBytes: a.sentBytes + b.sentBytes,
    receivedBytes: a.receivedBytes + b.receivedBytes,
  };
}
