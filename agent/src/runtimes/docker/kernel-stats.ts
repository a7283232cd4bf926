import { join } from 'node:path';
import { readField, readNumber, readText } from '../cgroup/files.ts';
import { findOwnPlace } from '../cgroup/own-place.ts';
import type { EngineStats } from './stats.ts';

/**
 * The kernel's own accounts of a container, in the engine's form. An engine that was asked a moment ago answers at its next tick, up to
 * a second later, and an update would wait for that. Null where they cannot be read, or are not this container's: ask the engine.
 */
export function readKernelStats(pid: number, containerId: string): EngineStats | null {
  const cgroup = readText('/proc', String(pid), 'cgroup');
  const mounts = readText('/proc/self/mountinfo');
  // Engines name the cgroup after the container; a process of that number elsewhere has another.
  if (cgroup === null || mounts === null || !cgroup.includes(containerId)) return null;
  const { unified, controllers } = findOwnPlace(mounts, cgroup);
  const accounts = controllers.has('cpuacct') ? readV1(controllers) : unified === null ? null : readV2(unified);
  const networks = readNetworks(readText('/proc', String(pid), 'net/dev'));
  return accounts === null || networks === null ? null : { ...accounts, networks };
}

const NANOSECONDS_PER_US = 1_000;

/** Kernel documentation, admin-guide/cgroup-v2. */
function readV2(folder: string): EngineStats | null {
  const cpuUs = readField('usage_usec', folder, 'cpu.stat');
  const usage = readNumber(folder, 'memory.current');
  if (cpuUs === null || usage === null) return null;
  const throttledUs = readField('throttled_usec', folder, 'cpu.stat') ?? 0;
  return {
    cpu_stats: {
      cpu_usage: { total_usage: cpuUs * NANOSECONDS_PER_US },
      throttling_data: { throttled_time: throttledUs * NANOSECONDS_PER_US },
    },
    memory_stats: { usage, stats: { inactive_file: readField('inactive_file', folder, 'memory.stat') ?? 0 } },
  };
}

/** Kernel documentation, admin-guide/cgroup-v1; times are nanoseconds there. */
function readV1(folders: ReadonlyMap<string, string>): EngineStats | null {
  const folderOf = (name: string) => folders.get(name) ?? join('/nowhere', name);
  const cpuNs = readNumber(folderOf('cpuacct'), 'cpuacct.usage');
  const usage = readNumber(folderOf('memory'), 'memory.usage_in_bytes');
  if (cpuNs === null || usage === null) return null;
  return {
    cpu_stats: {
      cpu_usage: { total_usage: cpuNs },
      throttling_data: { throttled_time: readField('throttled_time', folderOf('cpu'), 'cpu.stat') ?? 0 },
    },
    memory_stats: {
      usage,
      stats: { total_inactive_file: readField('total_inactive_file', folderOf('memory'), 'memory.stat') ?? 0 },
    },
  };
}

/** Interfaces that engines give a container; the kernel may add some of its own (proc_pid_net(5)). */
function readNetworks(text: string | null): NonNullable<EngineStats['networks']> | null {
  if (text === null) return null;
  const lines = text.split('\n').map((line) => /^\s*(eth\d+):\s*(\d+)(?:\s+\d+){7}\s+(\d+)/.exec(line));
  return Object.fromEntries(
    lines.flatMap((line) =>
      line === null ? [] : [[line[1], { rx_bytes: Number(line[2]), tx_bytes: Number(line[3]) }]],
    ),
  );
}
