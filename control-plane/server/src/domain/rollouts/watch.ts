import type { SoakWatch } from '@wherry/protocol';
import type { Watch, WatchCode } from './model.ts';

/**
 * Health after an update, as the control plane sees it while a device soaks. Silence is judged by how long the device is away; usage
 * against what the same app used on the same device before. Below the floors a factor says nothing: twice nothing is nothing.
 */
export const OFFLINE_AFTER_MS = 90_000;
export const MEMORY_FLOOR_BYTES = 1024 * 1024;
export const CPU_FLOOR_SHARE = 0.02;

export interface UsageFigures {
  readonly memoryBytes: number;
  /** Share of one core. */
  readonly cpuShare: number;
}

export interface Finding {
  readonly code: WatchCode;
  readonly message: string;
}

export function watchOf(asked: SoakWatch | undefined): Watch {
  return {
    offlineAfterMs: asked?.offlineAfterMs === undefined ? OFFLINE_AFTER_MS : asked.offlineAfterMs,
    memoryFactor: asked?.memoryFactor ?? null,
    cpuFactor: asked?.cpuFactor ?? null,
  };
}

export function judgeSilence(watch: Watch, offlineSinceMs: number, nowMs: number): Finding | null {
  const { offlineAfterMs } = watch;
  const awayMs = nowMs - offlineSinceMs;
  if (offlineAfterMs === null || awayMs < offlineAfterMs) return null;
  return {
    code: 'went_offline',
    message: `not heard for ${seconds(awayMs)} during the soak; ${seconds(offlineAfterMs)} is the limit`,
  };
}

/** Memory first, since it is what kills. Null without a limit, without a baseline, or within it. */
export function judgeUsage(watch: Watch, before: UsageFigures | null, now: UsageFigures): Finding | null {
  if (!before) return null;
  const { memoryFactor, cpuFactor } = watch;
  if (
    memoryFactor !== null &&
    now.memoryBytes > before.memoryBytes * memoryFactor &&
    now.memoryBytes - before.memoryBytes > MEMORY_FLOOR_BYTES
  )
    return {
      code: 'memory_regression',
      message: regression('memory', mebibytes, before.memoryBytes, now.memoryBytes, memoryFactor),
    };
  if (
    cpuFactor !== null &&
    now.cpuShare > before.cpuShare * cpuFactor &&
    now.cpuShare - before.cpuShare > CPU_FLOOR_SHARE
  )
    return { code: 'cpu_regression', message: regression('CPU', percent, before.cpuShare, now.cpuShare, cpuFactor) };
  return null;
}

function regression(
  what: string,
  show: (value: number) => string,
  before: number,
  now: number,
  factor: number,
): string {
  return `uses ${show(now)} of ${what}, before the update it used ${show(before)}; ${factor} times as much is the limit`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
