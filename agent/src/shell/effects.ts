import { writeSync } from 'node:fs';

/**
 * The one port through which the agent changes anything outside its memory: files, database, network, processes. Effects are
 * numbered as they begin, and the process can be made to end abruptly just before the n-th: a test sweeps every n of a measured
 * clean run, and each of them must converge to the same end (rule A4).
 */
export interface Effects {
  run<T>(name: string, action: () => T): T;
  /** How many have begun. */
  count(): number;
}

/** `crashAt` 0: never. */
export function createEffects(crashAt = 0): Effects {
  let begun = 0;
  return {
    run(name, action) {
      begun += 1;
      if (begun === crashAt) crash(begun, name);
      return action();
    },
    count: () => begun,
  };
}

export function crashAtOf(env: Readonly<Record<string, string | undefined>>): number {
  const wanted = Number(env.WHERRY_CRASH_AT ?? 0);
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : 0;
}

function crash(at: number, name: string): never {
  writeSync(2, `${JSON.stringify({ crashAt: at, effect: name })}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to be delivered: nothing else may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('unreachable');
}
