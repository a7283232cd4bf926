import { WASM_BOUNDS } from './bounds.ts';
import type { RunnerEntry } from './runner-entry.ts';

export interface RunnerLimits {
  /** RLIMIT_DATA; null while the baseline itself is measured. */
  readonly dataBytes: number | null;
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
  options: { readonly hasPreopens: boolean; readonly preopens: readonly string[]; readonly setprivPath: string | null },
): { file: string; args: string[] } {
  const { dataBytes, fileBytes } = limits;
  const rules = [
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
    '--disable-wasm-trap-handler',
    `--max-old-space-size=${WASM_BOUNDS.heapMiB}`,
    '--v8-pool-size=1',
    '--disable-proto=delete',
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--no-warnings',
    entry.path,
  ];
  const guarded = options.setprivPath === null ? node : [options.setprivPath, '--pdeathsig', 'KILL', ...node];
  return { file: '/bin/sh', args: ['-c', `${rules.join(' && ')} && exec /usr/bin/env -i "$@"`, 'sh', ...guarded] };
}
