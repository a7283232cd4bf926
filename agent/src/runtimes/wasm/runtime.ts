import { join } from 'node:path';
import { admit, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Runtime, WorkloadSpec } from '../port.ts';
import { measureBaseline } from './baseline.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { WasmInstance } from './instance.ts';
import { checkIsolation } from './isolation.ts';
import { readModuleFile } from './module-file.ts';
import { type OpenContext, openSession, SMALLEST_FILE_BYTES, startRunner, wasmVariantOf } from './open-session.ts';
import { canPark } from './parking.ts';
import { PidFiles } from './pid-files.ts';
import { Places } from './places.ts';
import { findRunnerEntry } from './runner-entry.ts';
import { RunnerPool } from './runner-pool.ts';

/** The Wasm runtime: one runner process per workload that is awake. */
export interface WasmRuntimeOptions {
  /** Folder of the agent in which the runners that live are noted. */
  readonly stateDir: string;
  /** A bundled runner; by default found beside the agent. */
  readonly runnerPath?: string;
  /** Runners started ahead of their modules; 0 for none. */
  readonly runnerPool?: number;
  /** How long a program that may be parked is kept awake without a call, ms; null parks none. */
  readonly parkAfterMs?: number | null;
}

export function createWasmRuntime(options: WasmRuntimeOptions): Runtime {
  const { stateDir, runnerPath, runnerPool = WASM_BOUNDS.pooledRunners } = options;
  const parkAfterMs = options.parkAfterMs === undefined ? WASM_BOUNDS.parkAfterMs : options.parkAfterMs;
  const entry = findRunnerEntry(runnerPath);
  const pids = new PidFiles(join(stateDir, 'runners'));
  const places = new Places(WASM_BOUNDS.awakeParkables);
  let ready: Promise<OpenContext> | undefined;
  /** Measured once: an idle runner says what Node itself reserves on this machine. */
  const context = () => {
    ready ??= measureBaseline(entry).then((baselineBytes) => {
      const pool = new RunnerPool(runnerPool, () =>
        startRunner(
          {
            entry,
            dataBytes: baselineBytes + WASM_BOUNDS.pooledMemoryBytes + WASM_BOUNDS.headroomBytes,
            fileBytes: SMALLEST_FILE_BYTES,
            preopens: [],
            stdio: 'log',
          },
          pids,
        ),
      );
      pool.fill();
      return { entry, pids, pool, baselineBytes };
    });
    return ready;
  };

  return {
    name: 'wasm',
    kind: 'wasm',
    features: { triggers: new Set(['start', 'cron', 'mqtt', 'http']), isolation: 'process' },
    async probe() {
      try {
        await context();
        return succeed({ version: `v8-${process.versions.v8}`.slice(0, 64) });
      } catch (error) {
        ready = undefined;
        return refuse('no_runtime', `a runner cannot be started: ${(error as Error).message}`);
      }
    },
    prepare: async (spec) => prepare(spec),
    async start(spec, host) {
      const prepared = prepare(spec);
      if (!prepared.ok) return prepared;
      const open = await context();
      const parking = parkAfterMs !== null && canPark(spec.release, spec.variant) ? { places, parkAfterMs } : null;
      return WasmInstance.start(spec, (hooks) => openSession(spec, host, hooks, open), parking);
    },
    async cleanUp() {
      pids.endAll();
    },
  };
}

function prepare(spec: WorkloadSpec): Outcome<void> {
  const variant = wasmVariantOf(spec);
  if (!variant.ok) return variant;
  const { capabilities, limits, minIsolation } = spec.release;
  const isolated = checkIsolation(minIsolation, 'process');
  if (!isolated.ok) return isolated;
  if (capabilities.dataBytes !== undefined && spec.dataPath === null)
    return refuse('capability_denied', `${spec.app} asks for a data folder, and this device gives none`);
  const bytes = readModuleFile(variant.value.path, variant.value.module.digest);
  if (!bytes.ok) return bytes;
  const verdict = admit(bytes.value, { abi: variant.value.abi, capabilities, limits });
  return verdict.ok ? succeed(undefined) : verdict;
}
