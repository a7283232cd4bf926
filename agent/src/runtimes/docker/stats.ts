import type { InstanceUsage } from '../port.ts';

/** The parts of the engine's statistics that are read; every one may be missing, as some engines and hosts lack it. */
export interface EngineStats {
  readonly cpu_stats?: {
    readonly cpu_usage?: { readonly total_usage?: number };
    readonly throttling_data?: { readonly throttled_time?: number };
  };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes?: number; readonly tx_bytes?: number }>>;
}

const NANOSECONDS_PER_MS = 1e6;

/**
 * Totals of a running container. Memory is what cannot be dropped: usage without inactive file pages, as `docker stats`
 * counts it (`total_inactive_file` in cgroup v1, `inactive_file` in v2).
 */
export function usageFromStats(stats: EngineStats, limitsHit: number): InstanceUsage {
  const memory = stats.memory_stats;
  const cache = memory?.stats?.total_inactive_file ?? memory?.stats?.inactive_file ?? 0;
  const usage = memory?.usage ?? 0;
  const throttled = stats.cpu_stats?.throttling_data?.throttled_time;
  const networks = Object.values(stats.networks ?? {});
  return {
    source: 'engine',
    isolation: 'container',
    cpuMs: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / NANOSECONDS_PER_MS,
    memoryBytes: cache < usage ? usage - cache : usage,
    calls: 0,
    errors: 0,
    limitsHit,
    // Memory is the only limit whose hits an engine tells.
    ...(limitsHit > 0 && { limits: { memory: limitsHit } }),
    ...(throttled !== undefined && { throttledMs: throttled / NANOSECONDS_PER_MS }),
    ...(networks.length > 0 && {
      sentBytes: networks.reduce((total, network) => total + (network.tx_bytes ?? 0), 0),
      receivedBytes: networks.reduce((total, network) => total + (network.rx_bytes ?? 0), 0),
    }),
  };
}
