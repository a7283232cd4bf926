import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { admit, type Outcome, refuse, succeed, type WasmVariant } from '@wherry/protocol';
import type { HostServices, Instance, Runtime, WorkloadSpec } from '../port.ts';
import { measureBaseline } from './baseline.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { WasmInstance } from './instance.ts';
import { openModuleFile, readModuleFile } from './module-file.ts';
import { PidFiles } from './pid-files.ts';
import { findRunnerEntry, type RunnerEntry } from './runner-entry.ts';
import { MODULE_FD } from './runner-process.ts';
import { RunnerSession } from './runner-session.ts';

/** The Wasm runtime: one runner process per workload. */
export interface WasmRuntimeOptions {
  /** Folder of the agent in which the runners that live are noted. */
  readonly stateDir: string;
  /** A bundled runner; by default found beside the agent. */
  readonly runnerPath?: string;
}

/** Folder inside the guest for `capabilities.data`. */
const DATA_MOUNT = '/data';
/** Above this no file may grow; the quota of a data folder is counted by the runner. */
const SMALLEST_FILE_BYTES = 64 * 1024;

export function createWasmRuntime({ stateDir, runnerPath }: WasmRuntimeOptions): Runtime {
  const entry = findRunnerEntry(runnerPath);
  const pids = new PidFiles(join(stateDir, 'runners'));
  let baseline: Promise<number> | undefined;
  /** Measured once: an idle runner says what Node itself reserves on this machine. */
  const baselineBytes = () => {
    baseline ??= measureBaseline(entry);
    return baseline;
  };

  return {
    name: 'wasm',
    kind: 'wasm',
    features: { triggers: new Set(['start', 'cron', 'mqtt', 'http']), isolation: 'process' },
    async probe() {
      try {
        await baselineBytes();
        return succeed({ version: `v8-${process.versions.v8}`.slice(0, 64) });
      } catch (error) {
        baseline = undefined;
        return refuse('no_runtime', `a runner cannot be started: ${(error as Error).message}`);
      }
    },
    prepare: async (spec) => prepare(spec),
    async start(spec, host) {
      const prepared = prepare(spec);
      if (!prepared.ok) return prepared;
      return startInstance(spec, host, { entry, pids, baselineBytes: await baselineBytes() });
    },
    async cleanUp() {
      pids.endAll();
    },
  };
}

function prepare(spec: WorkloadSpec): Outcome<void> {
  const variant = wasmVariantOf(spec);
  if (!variant.ok) return variant;
  const { capabilities, limits } = spec.release;
  if (capabilities.dataBytes !== undefined && spec.dataPath === null)
    return refuse('capability_denied', `${spec.app} asks for a data folder, and this device gives none`);
  const bytes = readModuleFile(variant.value.path, variant.value.module.digest);
  if (!bytes.ok) return bytes;
  const verdict = admit(bytes.value, { abi: variant.value.abi, capabilities, limits });
  return verdict.ok ? succeed(undefined) : verdict;
}

function wasmVariantOf({ variant, artifactPath, app }: WorkloadSpec): Outcome<WasmVariant & { readonly path: string }> {
  if (variant.kind !== 'wasm') return refuse('no_runtime', `${app}: the wasm runtime runs no ${variant.kind}`);
  return artifactPath === null
    ? refuse('blob_missing', `${app}: the module is not on this device`)
    : succeed({ ...variant, path: artifactPath });
}

interface StartContext {
  readonly entry: RunnerEntry;
  readonly pids: PidFiles;
  readonly baselineBytes: number;
}

async function startInstance(
  spec: WorkloadSpec,
  host: HostServices,
  context: StartContext,
): Promise<Outcome<Instance>> {
  const variant = wasmVariantOf(spec);
  if (!variant.ok) return variant;
  const file = openModuleFile(variant.value.path);
  if (!file.ok) return file;
  const { capabilities, limits } = spec.release;
  const dataBytes = capabilities.dataBytes ?? 0;
  const preopens = dataBytes > 0 && spec.dataPath !== null ? [spec.dataPath] : [];
  let instance: WasmInstance | undefined;
  const session = new RunnerSession({
    entry: context.entry,
    dataBytes: context.baselineBytes + limits.memoryBytes + WASM_BOUNDS.headroomBytes,
    fileBytes: Math.max(dataBytes, SMALLEST_FILE_BYTES),
    preopens,
    moduleFd: file.value,
    stdio: 'log',
    wallMs: limits.wallMs,
    capabilities,
    host,
    init: {
      type: 'init',
      abi: variant.value.abi,
      moduleFd: MODULE_FD,
      digest: variant.value.module.digest,
      memoryBytes: limits.memoryBytes,
      tableElements: WASM_BOUNDS.tableElements,
      args: [spec.app],
      env: spec.config,
      preopens: preopens.map((path) => ({ path, guest: DATA_MOUNT, quotaBytes: dataBytes })),
      stdio: 'log',
      capabilities,
    },
    onNext: async (timeoutMs) => instance?.next(timeoutMs) ?? null,
    onAnswer: (answer) => instance?.answer(answer) ?? false,
    onIdle: (isIdle) => instance?.idle(isIdle),
  });
  closeSync(file.value);
  const { pid } = session.process;
  if (pid !== undefined) {
    context.pids.add(pid);
    void session.exited.then(() => context.pids.remove(pid));
  }
  const opened = await session.open();
  if (!opened.ok) {
    session.process.signal('SIGKILL');
    await session.exited;
    return opened;
  }
  instance = new WasmInstance(spec, session);
  return succeed(instance);
}
