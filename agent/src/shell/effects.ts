import { writeSync } from 'node:fs';
import { type Faults, injected, isFatal, NO_FAULTS } from './faults.ts';

/**
 * The one port through which the agent changes anything outside its memory: files, database, network, processes. Effects are
 * numbered as they begin, and the process can be made to end abruptly just before the n-th: a test sweeps every n of a measured
 * clean run, and each of them must converge to the same end (rule A4). Or it can be made to fail: a full or failing disk.
 */
export interface Effects {
  run<T>(name: string, action: () => T): T;
  /** How many have begun. */
  count(): number;
  /** The same by name. */
  steps(): Readonly<Record<string, number>>;
}

export function createEffects(faults: Faults = NO_FAULTS): Effects {
  let begun = 0;
  const steps = new Map<string, number>();
  const { crashAt, crashAtStep } = faults;
  return {
    run(name, action) {
      begun += 1;
      const nth = (steps.get(name) ?? 0) + 1;
      steps.set(name, nth);
      if (begun === crashAt || (name === crashAtStep?.name && nth === crashAtStep.nth))
        crash({ crashAt: begun, effect: name });
      try {
        const failure = faults.failureOf(begun, name);
        if (failure !== null) throw injected(failure, name);
        return action();
      } catch (error) {
        if (isFatal(name, error))
          crash({ fatal: name, message: error instanceof Error ? error.message : String(error) });
        throw error;
      }
    },
    count: () => begun,
    steps: () => Object.fromEntries(steps),
  };
}

function crash(why: object): never {
  writeSync(2, `${JSON.stringify(why)}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to be delivered: nothing else may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('unreachable');
}
