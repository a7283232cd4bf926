import { basename, resolve } from 'node:path';
import { admit, type Capabilities, isComponent, type Outcome, type Problem, type WasmAbi } from '@wherry/protocol';
import type { HostServices } from '../port.ts';
import { measureBaseline } from './baseline.ts';
import { WASM_BOUNDS } from './bounds.ts';
import { exitReasonOf, type Intent } from './exit-reason.ts';
import { type LocalHardware, openLocalHardware } from './local-hardware.ts';
import { readModuleFile } from './module-file.ts';
import { findRunnerEntry } from './runner-entry.ts';
import { RunnerProcess } from './runner-process.ts';
import { RunnerSession } from './runner-session.ts';
import { Watchdog } from './watchdog.ts';

export interface RunLocalOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly dirs: readonly { readonly host: string; readonly guest: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly wallMs: number;
  readonly abi: WasmAbi | 'auto';
  /** A script of hardware in memory, as plain values; the module is granted all of it. */
  readonly fakeHardware?: unknown;
}

export interface RunLocalResult {
  readonly exitCode: number;
  readonly problem?: Problem;
}

/** What a module run by hand may do: keep values for this run and publish, which prints. Outgoing http needs a release that grants it. */
const LOCAL_GRANTS: Capabilities = { kv: true, mqtt: { publish: ['#'] } };
const FAILED_EXIT_CODE = 1;
/** A program may write files as large as the disk allows; folders named by hand have no quota. */
const FILE_BYTES = 64 * 1024 ** 3;

/**
 * Runs one module to its end, on this machine, with the very runner and limits of a device. Its standard streams are those of the
 * caller. A program that fails has its own exit code; a module that is refused, or a limit that is hit, has a problem.
 */
export async function runLocal(options: RunLocalOptions): Promise<RunLocalResult> {
  const bytes = readModuleFile(options.file, null);
  if (!bytes.ok) return refused(bytes);
  const hardware = openLocalHardware(options.fakeHardware, (line) => console.error(line));
  if (!hardware.ok) return refused(hardware);
  const capabilities = { ...LOCAL_GRANTS, ...hardware.value?.grants } as Capabilities;
  const abi = options.abi === 'auto' ? guessAbi(bytes.value, capabilities) : options.abi;
  const verdict = admit(bytes.value, { abi, capabilities, limits: options });
  if (!verdict.ok) return refused(verdict);
  return run(options, { abi, bytes: bytes.value, capabilities, hardware: hardware.value });
}

interface Accepted {
  readonly abi: WasmAbi;
  readonly bytes: Uint8Array;
  readonly capabilities: Capabilities;
  readonly hardware: LocalHardware | null;
}

async function run(options: RunLocalOptions, accepted: Accepted): Promise<RunLocalResult> {
  const { abi, bytes, capabilities, hardware } = accepted;
  const entry = findRunnerEntry();
  const preopens = options.dirs.map(({ host, guest }) => ({ path: resolve(host), guest, quotaBytes: null }));
  const runner = new RunnerProcess({
    entry,
    dataBytes: (await measureBaseline(entry)) + options.memoryBytes + WASM_BOUNDS.headroomBytes,
    moduleBytes: options.memoryBytes,
    fileBytes: FILE_BYTES,
    preopens: preopens.map(({ path }) => path),
    stdio: 'inherit',
  });
  const session = new RunnerSession({
    runner,
    bytes,
    preopens: preopens.map(({ path }) => path),
    limits: { memoryBytes: options.memoryBytes, wallMs: options.wallMs, cpuShare: 64 },
    capabilities,
    host: printingHost(),
    hardware: hardware?.claim ?? null,
    init: {
      type: 'init',
      abi,
      moduleBytes: bytes.length,
      memoryBytes: options.memoryBytes,
      tableElements: WASM_BOUNDS.tableElements,
      args: [basename(options.file), ...options.args],
      env: options.env,
      config: options.env,
      preopens,
      stdio: 'inherit',
      capabilities,
    },
    onNext: async () => null,
    onAnswer: () => false,
    onIdle: () => {},
  });
  const opened = await session.open();
  if (!opened.ok) {
    session.process.signal('SIGKILL');
    return refused(opened);
  }
  let overdue: Intent | null = null;
  const watchdog = new Watchdog(options.wallMs, (usedMs) => {
    overdue = { kind: 'limit', hit: { limit: 'wall', limitMs: options.wallMs, usedMs } };
    session.process.signal('SIGKILL');
  });
  watchdog.begin();
  const end = await session.call({ on: 'start' }, new Uint8Array(0));
  watchdog.end();
  session.process.close();
  const exit = await session.exited;
  if (end !== null) {
    if (end.exitCode !== null) return { exitCode: end.exitCode };
    return end.outcome.ok ? { exitCode: 0 } : refused(end.outcome);
  }
  const reason = exitReasonOf(exit, overdue, { limitBytes: options.memoryBytes, peakBytes: session.peakBytes });
  if (reason.kind !== 'crashed') return { exitCode: FAILED_EXIT_CODE };
  return { exitCode: FAILED_EXIT_CODE, problem: { code: reason.code, message: reason.message } };
}

function refused(outcome: Outcome<unknown> & { ok: false }): RunLocalResult {
  const [problem] = outcome.problems;
  return problem === undefined ? { exitCode: FAILED_EXIT_CODE } : { exitCode: FAILED_EXIT_CODE, problem };
}

/** A component says so in its first bytes; a program with `_start` is a WASI command; anything else here is AssemblyScript. */
function guessAbi(bytes: Uint8Array, capabilities: Capabilities): WasmAbi {
  if (isComponent(bytes)) return 'component';
  const verdict = admit(bytes, {
    abi: 'wasi-p1',
    capabilities,
    limits: { memoryBytes: Number.MAX_SAFE_INTEGER },
  });
  return verdict.ok && verdict.value.exports.some(({ name }) => name === '_start') ? 'wasi-p1' : 'assemblyscript';
}

function printingHost(): HostServices {
  const values = new Map<string, Uint8Array>();
  return {
    log: ({ level, text }) => console.error(`${level}: ${text}`),
    publish: async (topic, payload) => {
      console.error(`publish ${topic}: ${Buffer.from(payload).toString()}`);
      return { ok: true, message: '' };
    },
    kv: {
      get: (key) => values.get(key) ?? null,
      set: (key, value) => {
        values.set(key, value);
        return true;
      },
      delete: (key) => {
        values.delete(key);
      },
    },
  };
}
