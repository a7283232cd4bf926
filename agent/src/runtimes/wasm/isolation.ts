import { ISOLATION_LEVELS, type IsolationLevel, type Outcome, refuse, succeed } from '@wherry/protocol';

/** Is the level that a device has at least the one that a release demands? Code: isolation_below. */
export function checkIsolation(wanted: IsolationLevel | undefined, has: IsolationLevel): Outcome<void> {
  if (wanted === undefined || ISOLATION_LEVELS.indexOf(has) >= ISOLATION_LEVELS.indexOf(wanted))
    return succeed(undefined);
  return refuse('isolation_below', `demands isolation "${wanted}"; this device isolates Wasm programs by "${has}"`);
}
