import { config } from 'zod/v4/core';

/** What this process does to stay small; the launcher's flags do the rest (`docs/operating/frugality.md`). */

/**
 * To be called before the first schema is *made*, which asks for it only then: a function compiled for each schema is for those who read
 * thousands a second.
 */
export function readFrugally(): void {
  config({ jitless: true });
}

/** Modules are read, programs run, and the first words with the control plane have been said. */
const SETTLED_AFTER_MS = 10_000;

/** Garbage of the start, and code that only the start needed: an idle agent makes too little for V8 to look for it by itself. */
export function giveBackOnceSettled(): void {
  setTimeout(() => {
    // Only where the process is started with --expose-gc, as a packed agent is.
    const { gc } = globalThis as { gc?: (how: HowToCollect) => void };
    gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, SETTLED_AFTER_MS).unref();
}

interface HowToCollect {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}
