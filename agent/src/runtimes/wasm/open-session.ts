import { type Outcome, refuse, succeed, type WasmVariant } from '@wherry/protocol';
import type { HardwareClaim } from '../../hardware/claims.ts';
import type { Cgroups } from '../cgroup/port.ts';
import type { HostServices, WorkloadSpec } from '../port.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { readModuleFile } from './module-file.ts';
import type { PidFiles } from './pid-files.ts';
import type { RunnerEntry } from './runner-entry.ts';
import type { RunnerHandle } from './runner-handle.ts';
import type { RunnerPool } from './runner-pool.ts';
import { type RunnerOptions, RunnerProcess } from './runner-process.ts';
import { RunnerSession, type SessionOptions } from './runner-session.ts';
import type { SharedRunners } from './slots/shared-runners.ts';

/** Puts a release's module into a runner: one that was started ahead where that fits, else one of its own. */
export interface OpenContext {
  readonly entry: RunnerEntry;
  readonly pids: PidFiles;
  readonly pool: RunnerPool;
  readonly baselineBytes: number;
  /** Where programs are that share a process; null for one that shares none. */
  readonly shared: SharedRunners | null;
  /** Makes a cgroup for each runner, on a device that has them. */
  readonly cgroups: Cgroups | null;
  /** What this program may use of the device's hardware. */
  readonly hardware: HardwareClaim | null;
}

export type SessionHooks = Pick<SessionOptions, 'onNext' | 'onAnswer' | 'onIdle'>;

/** Folder inside the guest for `capabilities.data`. */
const DATA_MOUNT = '/data';
/** Above this no file may grow; the quota of a data folder is counted by the runner. */
export const SMALLEST_FILE_BYTES = 64 * 1024;

export function wasmVariantOf({
  variant,
  artifactPath,
  app,
}: WorkloadSpec): Outcome<WasmVariant & { readonly path: string }> {
  if (variant.kind !== 'wasm') return refuse('no_runtime', `${app}: the wasm runtime runs no ${variant.kind}`);
  return artifactPath === null
    ? refuse('blob_missing', `${app}: the module is not on this device`)
    : succeed({ ...variant, path: artifactPath });
}

/** Notes a runner on disk for as long as it lives. */
export function startRunner(options: RunnerOptions, pids: PidFiles): RunnerProcess {
  const runner = new RunnerProcess(options);
  const { pid } = runner;
  if (pid !== undefined) {
    pids.add(pid);
    void runner.exited.then(() => pids.remove(pid));
  }
  return runner;
}

export async function openSession(
  spec: WorkloadSpec,
  host: HostServices,
  hooks: SessionHooks,
  context: OpenContext,
): Promise<Outcome<RunnerSession>> {
  const variant = wasmVariantOf(spec);
  if (!variant.ok) return variant;
  const { capabilities, limits } = spec.release;
  const dataBytes = capabilities.dataBytes ?? 0;
  const preopens = dataBytes > 0 && spec.dataPath !== null ? [spec.dataPath] : [];
  const bytes = readModuleFile(variant.value.path, variant.value.module.digest);
  if (!bytes.ok) return bytes;
  const runner = takeRunner(spec, bytes.value.length, preopens, context);
  runner.confine({ moduleBytes: limits.memoryBytes });
  const session = new RunnerSession({
    runner,
    bytes: bytes.value,
    ...hooks,
    preopens,
    limits,
    capabilities,
    host,
    hardware: context.hardware,
    init: {
      type: 'init',
      abi: variant.value.abi,
      moduleBytes: bytes.value.length,
      memoryBytes: limits.memoryBytes,
      ...(limits.fuel === undefined ? {} : { fuel: limits.fuel }),
      tableElements: WASM_BOUNDS.tableElements,
      args: [spec.app],
      env: environmentOf(spec, host),
      config: spec.config,
      preopens: preopens.map((path) => ({ path, guest: DATA_MOUNT, quotaBytes: dataBytes })),
      stdio: 'log',
      capabilities,
    },
  });
  const opened = await session.open();
  if (opened.ok) {
    // Starting and compiling are not the program's own: its share counts from here on.
    runner.confine({ cpuShare: limits.cpuShare });
    return succeed(session);
  }
  session.process.signal('SIGKILL');
  await session.exited;
  return opened;
}

/** A program finds in its environment what it was granted; the rest of its settings it has to ask for. */
function environmentOf({ config, release }: WorkloadSpec, host: HostServices): Record<string, string> {
  const { env, secrets = {} } = release.capabilities;
  const granted = new Set<string>(env);
  const found = Object.entries(config).filter(([key]) => granted.has(key));
  for (const [name, grant] of Object.entries(secrets)) {
    const value = grant.env === true ? (host.secret?.(name) ?? null) : null;
    if (value === null) continue;
    found.push([name, new TextDecoder().decode(value)]);
    value.fill(0);
  }
  return Object.fromEntries(found);
}

function takeRunner(
  { app, release }: WorkloadSpec,
  moduleBytes: number,
  preopens: readonly string[],
  { entry, pids, pool, baselineBytes, cgroups, shared }: OpenContext,
): RunnerHandle {
  const { memoryBytes } = release.limits;
  const slot = shared?.take(app, memoryBytes) ?? null;
  if (slot !== null) return slot;
  const waiting = fitsPool(memoryBytes, moduleBytes, preopens) ? pool.take() : null;
  if (waiting !== null) return waiting;
  const options: RunnerOptions = {
    entry,
    dataBytes: baselineBytes + memoryBytes + WASM_BOUNDS.headroomBytes,
    moduleBytes: memoryBytes,
    fileBytes: Math.max(release.capabilities.dataBytes ?? 0, SMALLEST_FILE_BYTES),
    preopens,
    stdio: 'log',
    scope: cgroups?.make() ?? null,
  };
  return startRunner(options, pids);
}

/** Node's permission for a data folder, and RLIMIT_DATA, are set when a process starts, before its module is known. */
function fitsPool(memoryBytes: number, moduleBytes: number, preopens: readonly string[]): boolean {
  return (
    preopens.length === 0 &&
    memoryBytes <= WASM_BOUNDS.pooledMemoryBytes &&
    moduleBytes <= WASM_BOUNDS.pooledModuleBytes
  );
}
