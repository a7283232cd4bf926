import type { HostSample, Sample, WorkloadSample } from '@wherry/protocol';

/**
 * Is a sample worth sending by itself, or does it say what the one before said? A fleet that idles would else pay each five minutes
 * for the same figures. What is not remarkable is not lost: it is joined to the next sample, sums and all.
 */
export type Measured = Omit<Sample, 'seq' | 'firstSeq'>;

const CPU_SHARE = 0.1;
const MEMORY_RATIO = 1.25;
const MEMORY_BYTES = 4 * 1024 * 1024;
const CALLS_RATIO = 2;
const HOST_SHARE = 0.1;
/** Of the host's processor, where bytes cost money: whether a device is busy is worth a message, how busy is not. */
export const HOST_CPU_SHARE = { unmetered: HOST_SHARE, metered: 0.3 } as const;
const CELSIUS = 8;

/** `before` is the last one that was sent; null: none was. */
export function isRemarkable(
  before: Measured | null,
  now: Measured,
  hostCpuShare: number = HOST_CPU_SHARE.unmetered,
): boolean {
  if (before === null || before.workloads.length !== now.workloads.length) return true;
  if (isHostRemarkable(before.host, now.host, hostCpuShare)) return true;
  return now.workloads.some((workload) => {
    const other = before.workloads.find(({ app, release }) => app === workload.app && release === workload.release);
    return other === undefined || isWorkloadRemarkable(other, spanMs(before), workload, spanMs(now));
  });
}

function isWorkloadRemarkable(a: WorkloadSample, aMs: number, b: WorkloadSample, bMs: number): boolean {
  if (b.errors > 0 || b.limitsHit > 0 || a.source !== b.source || a.isolation !== b.isolation) return true;
  if (Math.abs(a.cpuMs / aMs - b.cpuMs / bMs) > CPU_SHARE) return true;
  if (isFar(a.memoryBytes, b.memoryBytes)) return true;
  const [before, now] = [a.calls / aMs, b.calls / bMs];
  // One call more or less in a whole span is no change of rate.
  return Math.abs(before - now) * bMs > 1 && Math.max(before, now) > CALLS_RATIO * Math.min(before, now);
}

function isHostRemarkable(a: HostSample | undefined, b: HostSample | undefined, cpuShare: number): boolean {
  if (a === undefined || b === undefined) return a !== b;
  const share = (used: number, total: number) => (total === 0 ? 0 : used / total);
  return (
    Math.abs(a.cpuShare - b.cpuShare) > cpuShare ||
    Math.abs(share(a.memoryUsedBytes, a.memoryTotalBytes) - share(b.memoryUsedBytes, b.memoryTotalBytes)) >
      HOST_SHARE ||
    Math.abs(share(a.diskUsedBytes, a.diskTotalBytes) - share(b.diskUsedBytes, b.diskTotalBytes)) > HOST_SHARE ||
    Math.abs((a.temperatureCelsius ?? 0) - (b.temperatureCelsius ?? 0)) > CELSIUS
  );
}

function isFar(a: number, b: number): boolean {
  return Math.abs(a - b) > MEMORY_BYTES && Math.max(a, b) > MEMORY_RATIO * Math.min(a, b);
}

function spanMs({ fromMs, toMs }: Measured): number {
  return Math.max(1, toMs - fromMs);
}
