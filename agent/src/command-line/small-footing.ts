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
const LOOKED_AT_EVERY_MS = 300_000;
/** An idle agent's heap comes and goes by less. */
const GROWN_BYTES = 1024 * 1024;

/**
 * Garbage of the start and of each update, and code that only those needed: an idle agent makes too little for V8 to look for it by itself.
 */
export function giveBackWhenSettled(): void {
  // Only where the process is started with --expose-gc, as a packed agent is.
  const { gc } = globalThis as { gc?: (how: HowToCollect) => void };
  if (gc === undefined) return;
  let settledBytes = Number.POSITIVE_INFINITY;
  const giveBack = () => {
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    settledBytes = process.memoryUsage().heapTotal;
  };
  setTimeout(giveBack, SETTLED_AFTER_MS).unref();
  setInterval(() => {
    if (process.memoryUsage().heapTotal > settledBytes + GROWN_BYTES) giveBack();
  }, LOOKED_AT_EVERY_MS).unref();
}

interface HowToCollect {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}
