import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { foldersIn, killEach, makeFolder, readField, readNumber, removeSoon, write, writeIfThere } from './files.ts';
import { type Cgroups, CPU_PERIOD_US, CPU_QUOTA_US_MIN, PROCESSES_MAX, type Scope } from './port.ts';

/** Version 1: a hierarchy for each controller, some of them mounted together (kernel documentation, admin-guide/cgroup-v1). */
const CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids'] as const;
type Controller = (typeof CONTROLLERS)[number];
type Folders = Readonly<Record<Controller, string>>;

/** `own`: the agent's cgroup for each controller. Throws when one is missing or may not be written. */
export function openV1(own: ReadonlyMap<string, string>, prefix: string): Cgroups {
  const missing = CONTROLLERS.filter((name) => !own.has(name));
  if (missing.length > 0) throw new Error(`this machine mounts no cgroup controller ${missing.join(', ')}`);
  const bases = Object.fromEntries(CONTROLLERS.map((name) => [name, own.get(name) as string])) as Folders;
  const names = new Set<string>();
  const life = randomBytes(4).toString('hex');
  let made = 0;
  const foldersOf = (name: string) =>
    Object.fromEntries(CONTROLLERS.map((controller) => [controller, join(bases[controller], name)])) as Folders;
  return {
    version: 1,
    make() {
      const name = `${prefix}${life}-${made++}`;
      names.add(name);
      return scopeV1(foldersOf(name));
    },
    cleanUp() {
      const left = new Set(Object.values(bases).flatMap((base) => foldersIn(base, prefix)));
      for (const name of left) if (!names.has(name)) end(foldersOf(name));
    },
  };
}

function scopeV1(folders: Folders): Scope {
  const { memory, cpu, cpuacct, pids } = folders;
  // Controllers that are mounted together have one folder.
  const all = [...new Set(Object.values(folders))];
  for (const folder of all) makeFolder(folder);
  write(PROCESSES_MAX, pids, 'pids.max');
  return {
    entries: all.map((folder) => join(folder, 'cgroup.procs')),
    limitMemory(bytes) {
      writeIfThere(0, memory, 'memory.swappiness');
      const limit = 'memory.limit_in_bytes';
      const withSwap = 'memory.memsw.limit_in_bytes';
      // The limit with swap may never be below the one without: which goes first depends on the direction.
      const isLower = bytes < (readNumber(memory, limit) ?? 0);
      write(bytes, memory, isLower ? limit : withSwap);
      write(bytes, memory, isLower ? withSwap : limit);
    },
    limitCpu(share) {
      write(CPU_PERIOD_US, cpu, 'cpu.cfs_period_us');
      write(Math.max(CPU_QUOTA_US_MIN, Math.round(share * CPU_PERIOD_US)), cpu, 'cpu.cfs_quota_us');
    },
    cpuMs: () => scaled(readNumber(cpuacct, 'cpuacct.usage')),
    memoryBytes() {
      const used = readNumber(memory, 'memory.usage_in_bytes');
      return used === null ? null : used - (readField('total_inactive_file', memory, 'memory.stat') ?? 0);
    },
    throttledMs: () => scaled(readField('throttled_time', cpu, 'cpu.stat')) ?? 0,
    wasOutOfMemory: () => (readField('oom_kill', memory, 'memory.oom_control') ?? 0) > 0,
    kill: () => killEach(memory),
    remove: () => {
      for (const folder of all) removeSoon(folder);
    },
  };
}

function end(folders: Folders): void {
  for (const folder of new Set(Object.values(folders))) {
    killEach(folder);
    removeSoon(folder);
  }
}

function scaled(ns: number | null): number | null {
  return ns === null ? null : ns / 1e6;
}
