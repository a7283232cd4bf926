import { join } from 'node:path';
import { admit, asksForHardware, type IsolationLevel, type Outcome, refuse, succeed } from '@wherry/protocol';
import { checkWithoutHardware, type HardwareClaim, type HardwareClaims } from '../../hardware/claims.ts';
import { openCgroups } from '../cgroup/open-cgroups.ts';
import { isDelegated } from '../cgroup/own-place.ts';
import type { Runtime, WorkloadSpec } from '../port.ts';
import { measureBaseline } from './baseline.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { chooseLevel, type DeviceIsolation } from './isolation.ts';
import { startInstance } from './lanes/start-instance.ts';
import { readModuleFile } from './module-file.ts';
import { type OpenContext, openSession, SMALLEST_FILE_BYTES, startRunner, wasmVariantOf } from './open-session.ts';
import { canPark } from './parking.ts';
import { PidFiles } from './pid-files.ts';
import { Places } from './places.ts';
import { findRunnerEntry } from './runner-entry.ts';
import { RunnerPool } from './runner-pool.ts';
import { SharedRunners } from './slots/shared-runners.ts';

/** The Wasm runtime: one runner process per workload that is awake, and one more for each of its lanes (lanes/laned-instance.ts). */
export interface WasmRuntimeOptions {
  /** Folder of the agent in which the runners that live are noted. */
  readonly stateDir: string;
  /** A bundled runner; by default found beside the agent. */
  readonly runnerPath?: string;
  /** Runners started ahead of their modules; 0 for none. */
  readonly runnerPool?: number;
  /** How long a program that may be parked is kept awake without a call, ms; null parks none. */
  readonly parkAfterMs?: number | null;
  /** Who has which hardware of this device; null, or left out, where there is none. */
  readonly hardware?: HardwareClaims | null;
  /** Where cgroups may be made: a folder that was delegated, or true for the agent's own; false for none; unless told, as isDelegated says. */
  readonly cgroup?: boolean | string | undefined;
  /** Weakest isolation for any program here, whatever its release says. */
  readonly minIsolation?: IsolationLevel | undefined;
  /** Apps that may share one process with each other. */
  readonly sharedApps?: readonly string[];
}

export function createWasmRuntime(options: WasmRuntimeOptions): Runtime {
  const { stateDir, runnerPath, runnerPool = WASM_BOUNDS.pooledRunners, hardware = null } = options;
  const parkAfterMs = options.parkAfterMs === undefined ? WASM_BOUNDS.parkAfterMs : options.parkAfterMs;
  const entry = findRunnerEntry(runnerPath);
  const pids = new PidFiles(join(stateDir, 'runners'));
  const places = new Places(WASM_BOUNDS.awakeParkables);
  const cgroup = options.cgroup ?? isDelegated();
  const opened = cgroup === false ? null : openCgroups(cgroup, stateDir);
  const cgroups = opened?.ok ? opened.value : null;
  const isolation: DeviceIsolation = {
    best: cgroups === null ? 'process' : 'scope',
    ...(opened !== null && !opened.ok ? { reason: opened.problems[0]?.message ?? '' } : {}),
    demanded: options.minIsolation,
    shared: new Set(options.sharedApps),
  };
  let ready: Promise<OpenContext> | undefined;
  /** Measured once: an idle runner says what Node itself reserves on this machine. */
  const context = () => {
    ready ??= measureBaseline(entry).then((baselineBytes) => {
      const pool = new RunnerPool(runnerPool, () =>
        startRunner(
          {
            entry,
            dataBytes: baselineBytes + WASM_BOUNDS.pooledMemoryBytes + WASM_BOUNDS.headroomBytes,
            moduleBytes: WASM_BOUNDS.pooledMemoryBytes,
            fileBytes: SMALLEST_FILE_BYTES,
            preopens: [],
            stdio: 'log',
            scope: cgroups?.make() ?? null,
          },
          pids,
        ),
      );
      pool.fill();
      const shared = new SharedRunners({ entry, baselineBytes, fileBytes: SMALLEST_FILE_BYTES }, pids);
      return { entry, pids, pool, baselineBytes, cgroups, shared, hardware: null };
    });
    return ready;
  };

  return {
    name: 'wasm',
    kind: 'wasm',
    features: { sideBySide: true, triggers: new Set(['start', 'cron', 'mqtt', 'http']), isolation: isolation.best },
    async probe() {
      try {
        await context();
        return succeed({ version: `v8-${process.versions.v8}`.slice(0, 64) });
      } catch (error) {
        ready = undefined;
        return refuse('no_runtime', `a runner cannot be started: ${(error as Error).message}`);
      }
    },
    async prepare(spec) {
      const prepared = prepare(spec, isolation);
      if (!prepared.ok) return prepared;
      const { capabilities } = spec.release;
      return hardware === null ? checkWithoutHardware(spec.app, capabilities) : hardware.check(spec.app, capabilities);
    },
    async start(spec, host) {
      const prepared = prepare(spec, isolation);
      if (!prepared.ok) return prepared;
      const open = await context();
      const parking = parkAfterMs !== null && canPark(spec.release, spec.variant) ? { places, parkAfterMs } : null;
      const claimed = claimHardware(spec, hardware);
      if (!claimed.ok) return claimed;
      const shared = prepared.value === 'shared' ? open.shared : null;
      const opening = { ...open, hardware: claimed.value, shared };
      const started = await startInstance(spec, (hooks) => openSession(spec, host, hooks, opening), parking, host);
      if (!started.ok) claimed.value?.release();
      else void started.value.exited.then(() => claimed.value?.release());
      return started;
    },
    async cleanUp() {
      pids.endAll();
      cgroups?.cleanUp();
    },
  };
}

/** Null for a program that asks for none. */
function claimHardware({ app, release }: WorkloadSpec, claims: HardwareClaims | null): Outcome<HardwareClaim | null> {
  if (!asksForHardware(release.capabilities)) return succeed(null);
  if (claims !== null) return claims.claim(app, release.capabilities);
  const refused = checkWithoutHardware(app, release.capabilities);
  return refused.ok ? succeed(null) : refused;
}

/** The level that it will run with. */
function prepare(spec: WorkloadSpec, isolation: DeviceIsolation): Outcome<IsolationLevel> {
  const variant = wasmVariantOf(spec);
  if (!variant.ok) return variant;
  const { capabilities, limits, minIsolation, triggers } = spec.release;
  // A folder's permission belongs to a process, and is no neighbour's.
  const canShare = capabilities.dataBytes === undefined;
  const isolated = chooseLevel(spec.app, minIsolation, canShare, isolation);
  if (!isolated.ok) return isolated;
  if (capabilities.dataBytes !== undefined && spec.dataPath === null)
    return refuse('capability_denied', `${spec.app} asks for a data folder, and this device gives none`);
  const bytes = readModuleFile(variant.value.path, variant.value.module.digest);
  if (!bytes.ok) return bytes;
  const verdict = admit(bytes.value, { abi: variant.value.abi, capabilities, limits, triggers });
  return verdict.ok ? isolated : verdict;
}
