import type { Problem } from '@wherry/protocol';
import type { Logger } from '../logs/logger.ts';
import type { Store } from '../store/store.ts';
import type { Reporter } from './reporter.ts';

/** What the agent found wrong with its own state when it started, as events of the device. */
export interface Damage {
  readonly store: Store;
  readonly reporter: Reporter;
  /** Why it works on a copy. */
  readonly trouble: Problem | null;
  readonly log: Logger;
}

export function tellDamage({ store, reporter, trouble, log }: Damage): void {
  const found = [lossOf(store), trouble].filter((problem) => problem !== null);
  if (store.broughtBackFrom !== null) tellBroughtBack(store, reporter, log);
  for (const { code, message } of found) {
    log.error({ code, setAside: store.setAside }, message);
    store.transaction('damage', () => reporter.appendEvent(null, { severity: 'error', name: code, message }));
  }
}

function tellBroughtBack(store: Store, reporter: Reporter, log: Logger): void {
  const message = `the database of a newer agent (version ${store.broughtBackFrom}) was taken over by this one`;
  log.warn({}, message);
  const event = { severity: 'warning' as const, name: 'storage_brought_back', message };
  store.transaction('damage', () => reporter.appendEvent(null, event));
}

function lossOf({ isLost, setAside }: Store): Problem | null {
  if (!isLost && setAside === null) return null;
  const what = setAside === null ? 'was gone' : `was damaged and set aside as ${setAside}`;
  const message = `the database ${what}; rebuilt from the newest desired state and the last good releases`;
  return { code: 'storage_damaged', message };
}
