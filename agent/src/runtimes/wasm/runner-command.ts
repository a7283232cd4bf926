import { WASM_BOUNDS } from './bounds.ts';
import type { RunnerEntry } from './runner-entry.ts';

export interface RunnerLimits {
  /** RLIMIT_DATA; null while the baseline itself is measured. */
  readonly dataBytes: number | null;
  /** Memory of any one module in it: a second line behind the maximum that is written into the module. */
  readonly moduleBytes: number | null;
  /** RLIMIT_FSIZE: largest file that may be written. */
  readonly fileBytes: number;
}

/**
 * The command line of a runner. `sh` sets the kernel's limits on itself and then becomes the runner, so that there is no moment
 * without them, and `env` drops what the shell added to the environment; `setpriv`, where the machine has it, makes the kernel end the runner when the agent dies, even in a guest's endless loop.
 * Node gets no permission but to read its own sources and, with preopens, to use descriptors it already holds.
 */
export function runnerCommand(
  execPath: string,
  entry: RunnerEntry,
  limits: RunnerLimits,
  options: {
    readonly hasPreopens: boolean;
    readonly preopens: readonly string[];
    readonly setprivPath: string | null;
    /** Files of its cgroup; see cgroup/port.ts. */
    readonly cgroupEntries?: readonly string[];
    /** A process that programs share: it may start threads. */
    readonly isShared?: boolean;
  },
): { file: string; args: string[] } {
  const { dataBytes, fileBytes, moduleBytes } = limits;
  const rules = [
    ...(options.cgroupEntries ?? []).map((path) => `echo 0 > '${path.replaceAll("'", `'\\''`)}'`),
    ...(dataBytes === null ? [] : [`ulimit -d ${Math.ceil(dataBytes / 1024)}`]),
    `ulimit -n ${WASM_BOUNDS.openFiles}`,
    `ulimit -f ${Math.ceil(fileBytes / 512)}`,
    'ulimit -c 0',
  ];
  const node = [
    execPath,
    '--permission',
    ...entry.readPaths.map((path) => `--allow-fs-read=${path}`),
    ...options.preopens.map((path) => `--allow-fs-read=${path}`),
    ...(options.hasPreopens ? ['--allow-fs-read=/proc/self/fd/', '--allow-fs-write=/proc/self/fd/'] : []),
    ...(options.isShared ? ['--allow-worker'] : []),
    ...(moduleBytes === null ? [] : capFlags(moduleBytes)),
    '--disable-wasm-trap-handler',
    `--max-old-space-size=${WASM_BOUNDS.heapMiB}`,
    '--v8-pool-size=1',
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-warnings',
    entry.path,
    ...(options.isShared ? ['shared'] : []),
  ];
  const guarded = options.setprivPath === null ? node : [options.setprivPath, '--pdeathsig', 'KILL', ...node];
  return { file: '/bin/sh', args: ['-c', `${rules.join(' && ')} && exec /usr/bin/env -i "$@"`, 'sh', ...guarded] };
}

const PAGE_BYTES = 65_536;
/** What Node's own type stripper needs, a Wasm module too, when the runner is run from its sources. */
const MODULE_PAGES_MIN = 256;

/** V8's caps for every memory and table of the process. */
function capFlags(moduleBytes: number): string[] {
  const pages = Math.max(MODULE_PAGES_MIN, Math.ceil(moduleBytes / PAGE_BYTES));
  return [`--wasm-max-mem-pages=${pages}`, `--wasm-max-table-size=${WASM_BOUNDS.tableElements}`];
}
