import type { Inventory } from '@wherry/protocol';
import type { DeviceFit } from '../core/fit.ts';
import { isLedger, type LedgerEffect, type OutwardEffect } from '../core/lifecycle/effects.ts';
import type { LifecycleEvent } from '../core/lifecycle/events.ts';
import { type Deployment, restore } from '../core/lifecycle/state.ts';
import { step } from '../core/lifecycle/step.ts';
import type { Logger } from '../logs/logger.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Reporter } from './reporter.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The loop around the lifecycles: an event goes through `step`; the new record, what is told about it and the ledger effects are
 * committed together; only then the outward effects run, and their answers come back as events.
 */
export interface Loop {
  /** Loads the records and goes on with what was under way; then tells the whole state. */
  boot(inventory: Inventory): void;
  dispatch(app: string, event: LifecycleEvent): void;
  states(): ReadonlyMap<string, Deployment>;
  /** Tells the whole state again. */
  tellAll(inventory: Inventory): void;
  /** From now on nothing is taken in: what ends while the agent stops has not failed. */
  close(): void;
}

export interface LoopOptions {
  readonly store: Store;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly device: () => DeviceFit;
  readonly surroundings: Surroundings;
  readonly execute: (app: string, effect: OutwardEffect) => void;
  /** A deployment failed or a workload crashed: its last log lines are worth sending. */
  readonly onFailure: (app: string) => void;
  readonly log: Logger;
}

/** When a record cannot be saved (a full disk, say), the event is taken up again after this. */
const SAVE_AGAIN_MS = 5_000;

export function createLoop(options: LoopOptions): Loop {
  const { store, reporter, clock, device, surroundings, execute, onFailure, log } = options;
  const states = new Map<string, Deployment>();
  const queue: { readonly app: string; readonly event: LifecycleEvent }[] = [];
  let isDraining = false;
  let isClosed = false;
  let lastTicket = 0;

  function dispatch(app: string, event: LifecycleEvent): void {
    if (isClosed) return;
    queue.push({ app, event });
    if (isDraining) return;
    isDraining = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next.app, next.event);
    } finally {
      isDraining = false;
    }
  }

  function take(app: string, event: LifecycleEvent): void {
    const before = states.get(app) ?? null;
    const env = {
      nowMs: clock.nowMs(),
      uptimeMs: clock.uptimeMs(),
      random: clock.random(),
      device: device(),
      lastTicket,
      ...surroundings(before, event),
    };
    const { state, effects } = step(before, event, env);
    log.debug({ app, event: event.type, phase: state?.record.phase }, 'step');
    const ledger = effects.filter(isLedger);
    if (!commit(app, before, state, ledger)) {
      setTimeout(() => dispatch(app, event), SAVE_AGAIN_MS).unref();
      return;
    }
    // Before anything that is no longer needed is removed.
    const hasOtherGood = state?.record.good !== before?.record.good;
    if (hasOtherGood || ledger.some(({ kind }) => kind !== 'report')) keepGood();
    lastTicket = Math.max(lastTicket, state?.lastTicket ?? 0);
    if (state === null) states.delete(app);
    else states.set(app, state);
    if (effects.some((effect) => effect.kind === 'report' && effect.severity !== 'info')) onFailure(app);
    for (const effect of effects) if (!isLedger(effect)) execute(app, effect);
  }

  function commit(
    app: string,
    before: Deployment | null,
    state: Deployment | null,
    ledger: readonly LedgerEffect[],
  ): boolean {
    const mustSave = state !== null && state.record !== before?.record;
    const hasNews = reporter.hasNews(app, state);
    if (!mustSave && !hasNews && ledger.length === 0) return true;
    const untell = reporter.mark(app);
    try {
      store.transaction('deployment', () => {
        if (mustSave) store.ledger.saveRecord(state.record);
        if (hasNews) reporter.appendState(app, state);
        for (const effect of ledger) write(app, effect);
      });
      return true;
    } catch (error) {
      untell();
      log.error({ app, err: error }, 'save deployment');
      // What only tells can wait; what must be known after a restart cannot.
      return !mustSave && ledger.every((effect) => effect.kind === 'report');
    }
  }

  function keepGood(): void {
    try {
      store.good.write();
    } catch (error) {
      // The database has it; the copy is for the day when the database is lost.
      log.error({ err: error }, 'copy what is good');
    }
  }

  function write(app: string, effect: LedgerEffect): void {
    if (effect.kind === 'forget') store.ledger.forget(app);
    else if (effect.kind === 'quarantine')
      store.ledger.quarantine(effect.release, effect.attempt, effect.code, clock.nowMs());
    else reporter.appendEvent(app, effect);
  }

  function tellAll(inventory: Inventory): void {
    store.transaction('report', () => reporter.appendAll(states.values(), inventory));
  }

  return {
    boot(inventory) {
      if (store.isLost) store.transaction('restore', () => store.good.restore(clock.nowMs()));
      keepGood();
      const { records, damaged } = store.ledger.records();
      for (const record of records) states.set(record.app, restore(record));
      for (const app of damaged) {
        log.error({ app }, 'the record of this app is damaged: it is made again from the desired state');
        store.transaction('forget', () => {
          store.ledger.forget(app);
          reporter.appendEvent(app, {
            severity: 'error',
            name: 'storage_damaged',
            message: `the record of ${app} was damaged: deployed again from the desired state`,
          });
        });
      }
      for (const app of [...states.keys()]) dispatch(app, { type: 'boot' });
      tellAll(inventory);
    },
    dispatch,
    states: () => states,
    tellAll,
    close() {
      isClosed = true;
    },
  };
}
