import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWasmRuntime } from '@wherry/agent/runtimes/wasm';
import { workload } from '@wherry/agent/testing/workload';
import { eventually } from '../../fleet/eventually.ts';

/** The agent's own Wasm runtime with guests in it, as an agent would have it, seen from the place of the agent. */
export const CRON = { on: 'cron', schedule: '* * * * *', atMs: 0 } as const;
const MIB = 1024 * 1024;

export interface Guests {
  start(wasmPath: string): Promise<Guest>;
  /** Pids of the runners that live, those that wait for a module included. */
  runners(): number[];
  /** Until that many runners live, all of them waiting for a message. */
  settle(count: number): Promise<void>;
}

export interface Guest {
  /** Runs the program once; resolves with its first line, and the moment in which it came. */
  trigger(): Promise<{ readonly line: string; readonly atMs: number }>;
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
    async start(wasmPath) {
      let heard: (first: { line: string; atMs: number }) => void = () => {};
      const host = {
        log: ({ text }: { readonly text: string }) => heard({ line: text, atMs: performance.now() }),
        publish: async () => ({ ok: true, message: '' }),
        kv: { get: () => null, set: () => true, delete: () => {} },
      };
      const limits = { memoryBytes: 16 * MIB, wallMs: 60_000, cpuShare: 8 };
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
