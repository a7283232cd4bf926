import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasmRuntime } from '@wherry/agent/runtimes/wasm';
import { workload } from '@wherry/agent/testing/workload';
import type { GuestLimits, LimitHit } from '@wherry/protocol';
import { eventually } from '../../fleet/eventually.ts';

/** The agent's own Wasm runtime with guests in it, as an agent would have it, seen from the place of the agent. */
export const CRON = { on: 'cron', schedule: '* * * * *', atMs: 0 } as const;
const MIB = 1024 * 1024;

export interface Guests {
  start(wasmPath: string, terms?: GuestTerms): Promise<Guest>;
  /** Pids of the runners that live, those that wait for a module included. */
  runners(): number[];
  /** Until that many runners live, all of them waiting for a message. */
  settle(count: number): Promise<void>;
}

/** Limits of a guest's calls; without them a minute of wall time. */
export type GuestTerms = Partial<Pick<GuestLimits, 'wallMs' | 'cpuTimeMs' | 'fuel'>>;

export interface Guest {
  /** Runs the program once; resolves with its first line, and the moment in which it came. */
  trigger(): Promise<{ readonly line: string; readonly atMs: number }>;
  /** Runs a program that hits a limit: which, how long the call took, and how long after the hit was told it was over. */
  untilLimit(): Promise<{ readonly hit: LimitHit; readonly tookMs: number; readonly endedAfterHitMs: number }>;
  memoryBytes(): Promise<number>;
  stop(): Promise<void>;
}

export function openGuests(options: { readonly runnerPool: number; readonly parkAfterMs: number | null }): Guests {
  const stateDir = mkdtempSync(join(tmpdir(), 'wherry-bench-'));
  const runtime = createWasmRuntime({ stateDir, ...options });
  const runners = () => readdirSync(join(stateDir, 'runners')).map(Number);
  return {
    runners,
    settle: (count) =>
      eventually(`${count} runners at rest`, 10_000, () => (isAtRest(runners(), count) ? true : undefined), 2).then(
        () => new Promise((resolve) => setImmediate(resolve)),
      ),
    async start(wasmPath, terms = {}) {
      let hitAt: { hit: LimitHit; atMs: number } | null = null;
      let heard: (first: { line: string; atMs: number }) => void = () => {};
      const host = {
        log: ({ text }: { readonly text: string }) => heard({ line: text, atMs: performance.now() }),
        limitHit: (hit: LimitHit) => {
          hitAt ??= { hit, atMs: performance.now() };
        },
        publish: async () => ({ ok: true, message: '' }),
        kv: { get: () => null, set: () => true, delete: () => {} },
      };
      const limits = { memoryBytes: 16 * MIB, wallMs: 60_000, cpuShare: 8, ...terms };
      const spec = workload(wasmPath, { abi: 'wasi-p1', triggers: [{ on: 'cron', schedule: '* * * * *' }], limits });
      const started = await runtime.start(spec, host);
      if (!started.ok) throw new Error(`start ${wasmPath}: ${started.problems[0]?.message}`);
      const instance = started.value;
      return {
        async trigger() {
          const first = new Promise<{ line: string; atMs: number }>((resolve) => {
            heard = resolve;
          });
          const outcome = await instance.call(CRON);
          if (!outcome.ok) throw new Error(`run ${wasmPath}: ${outcome.problems[0]?.message}`);
          return first;
        },
        async untilLimit() {
          const beganMs = performance.now();
          const outcome = await instance.call(CRON);
          const endedMs = performance.now();
          if (outcome.ok || hitAt === null) throw new Error(`${wasmPath} hit no limit`);
          return { hit: hitAt.hit, tookMs: endedMs - beganMs, endedAfterHitMs: Math.max(0, endedMs - hitAt.atMs) };
        },
        memoryBytes: async () => (await instance.usage()).memoryBytes,
        stop: () => instance.stop(1_000),
      };
    },
  };
}

function isAtRest(pids: readonly number[], count: number): boolean {
  return pids.length === count && pids.every(isWaiting);
}

/** Blocked in a system call on descriptor 3, the channel (proc_pid_syscall(5)). */
function isWaiting(pid: number): boolean {
  try {
    return /^\d+ 0x3 /.test(readFileSync(`/proc/${pid}/syscall`, 'utf8'));
  } catch {
    return false;
  }
}
