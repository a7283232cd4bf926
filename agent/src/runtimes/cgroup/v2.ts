import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  foldersIn,
  killEach,
  makeFolder,
  readField,
  readNumber,
  readText,
  removeSoon,
  write,
  writeIfThere,
} from './files.ts';
import { type Cgroups, CPU_PERIOD_US, CPU_QUOTA_US_MIN, PROCESSES_MAX, type Scope } from './port.ts';

/** Version 2: one folder for everything (kernel documentation, admin-guide/cgroup-v2). */
const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;
/** Where the agent itself goes: a cgroup that hands controllers on may hold no processes. */
const AGENT = 'agent';

/** `base`: a folder that was delegated. Throws when its controllers are not to be had. */
export function openV2(base: string, prefix: string): Cgroups {
  const has = (readText(base, 'cgroup.controllers') ?? '').split(' ');
  const missing = CONTROLLERS.filter((name) => !has.includes(name));
  if (missing.length > 0) throw new Error(`the cgroup ${base} has no controller ${missing.join(', ')}`);
  makeWay(base);
  write(CONTROLLERS.map((name) => `+${name}`).join(' '), base, 'cgroup.subtree_control');
  const own = new Set<string>();
  const life = randomBytes(4).toString('hex');
  let made = 0;
  return {
    version: 2,
    make() {
      const name = `${prefix}${life}-${made++}`;
      own.add(name);
      const scope = scopeV2(join(base, name));
      write(PROCESSES_MAX, base, name, 'pids.max');
      return scope;
    },
    cleanUp() {
      for (const name of foldersIn(base, prefix)) if (!own.has(name)) endV2(join(base, name));
    },
  };
}

function makeWay(base: string): void {
  const pids = (readText(base, 'cgroup.procs') ?? '').split('\n').filter((pid) => pid !== '');
  if (pids.length === 0 || readText(base, 'cgroup.type') === null) return;
  makeFolder(join(base, AGENT));
  for (const pid of pids) write(pid, base, AGENT, 'cgroup.procs');
}

export function scopeV2(folder: string): Scope {
  makeFolder(folder);
  writeIfThere(1, folder, 'memory.oom.group');
  return {
    entries: [join(folder, 'cgroup.procs')],
    limitMemory(bytes) {
      writeIfThere(0, folder, 'memory.swap.max');
      write(bytes, folder, 'memory.max');
    },
    limitCpu(share) {
      const quotaUs = Math.max(CPU_QUOTA_US_MIN, Math.round(share * CPU_PERIOD_US));
      write(`${quotaUs} ${CPU_PERIOD_US}`, folder, 'cpu.max');
    },
    cpuMs: () => scaled(readField('usage_usec', folder, 'cpu.stat')),
    memoryBytes() {
      const current = readNumber(folder, 'memory.current');
      return current === null ? null : current - (readField('inactive_file', folder, 'memory.stat') ?? 0);
    },
    throttledMs: () => scaled(readField('throttled_usec', folder, 'cpu.stat')) ?? 0,
    wasOutOfMemory: () => (readField('oom_kill', folder, 'memory.events') ?? 0) > 0,
    kill: () => killV2(folder),
    remove: () => removeSoon(folder),
  };
}

function endV2(folder: string): void {
  killV2(folder);
  removeSoon(folder);
}

/** One write ends all, also what is being forked; kernels before 5.14 have no such file. */
function killV2(folder: string): void {
  if (existsSync(join(folder, 'cgroup.kill'))) write(1, folder, 'cgroup.kill');
  else killEach(folder);
}

function scaled(us: number | null): number | null {
  return us === null ? null : us / 1_000;
}
