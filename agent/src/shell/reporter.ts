import type { Inventory, WorkloadStatus } from '@wherry/protocol';
import type { LedgerEffect } from '../core/lifecycle/effects.ts';
import type { Deployment } from '../core/lifecycle/state.ts';
import { isSameStatus, statusOf } from '../core/lifecycle/status.ts';
import type { Store } from '../store/store.ts';

/**
 * What the control plane is told: the difference of state since the last report, all of it with the first report after a start, and
 * events. Everything is appended within the transaction of what it describes.
 */
export interface Reporter {
  hasNews(app: string, state: Deployment | null): boolean;
  /** What to do when the transaction that told about the app did not commit. */
  mark(app: string): () => void;
  /** Call inside a transaction. */
  appendState(app: string, state: Deployment | null): void;
  /** A generation that changed nothing here is told all the same: the control plane waits for it. */
  appendGeneration(): void;
  /** The control plane seems to have forgotten it: told again. `isSame`: it uses the number for something else. */
  repeatGeneration(isSame: boolean): void;
  appendEvent(app: string | null, event: Omit<Extract<LedgerEffect, { kind: 'report' }>, 'kind'>): void;
  appendAll(states: Iterable<Deployment>, inventory: Inventory): void;
}

export function createReporter(store: Store, generation: () => number): Reporter {
  const told = new Map<string, WorkloadStatus>();
  let hasBegun = false;
  let toldGeneration = -1;

  function appendDifference(workloads: Record<string, WorkloadStatus | null>): void {
    toldGeneration = generation();
    store.outbox.append({ kind: 'report', body: { type: 'state', generation: toldGeneration, workloads } });
  }

  return {
    hasNews(app, state) {
      if (!hasBegun) return false;
      const before = told.get(app);
      if (state === null) return before !== undefined;
      return before === undefined || !isSameStatus(before, statusOf(state));
    },
    mark(app) {
      const before = told.get(app);
      return () => {
        if (before === undefined) told.delete(app);
        else told.set(app, before);
      };
    },
    appendState(app, state) {
      const status = state === null ? null : statusOf(state);
      appendDifference({ [app]: status });
      if (status === null) told.delete(app);
      else told.set(app, status);
    },
    appendGeneration() {
      if (hasBegun && toldGeneration !== generation()) appendDifference({});
    },
    repeatGeneration(isSame) {
      const body = { type: 'state' as const, generation: generation(), workloads: {} };
      store.outbox.append({ kind: 'report', body: { ...body, ...(isSame ? { conflict: true } : {}) } });
    },
    appendEvent(app, { severity, name, message }) {
      store.outbox.append({
        kind: 'report',
        body: {
          type: 'event',
          severity,
          name,
          ...(app === null ? {} : { app: app as never }),
          message: message.slice(0, 2_000),
        },
      });
    },
    appendAll(states, inventory) {
      const statuses = [...states].map(statusOf);
      const workloads = Object.fromEntries(statuses.map((status) => [status.app, status]));
      store.outbox.append({
        kind: 'report',
        body: { type: 'state', generation: generation(), workloads, inventory, full: true },
      });
      toldGeneration = generation();
      told.clear();
      for (const status of statuses) told.set(status.app, status);
      hasBegun = true;
    },
  };
}
