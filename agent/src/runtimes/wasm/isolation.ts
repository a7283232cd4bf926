import { ISOLATION_LEVELS, type IsolationLevel, type Outcome, refuse, succeed } from '@wherry/protocol';

/** What separates programs on a device, and which of them may do with less. */
export interface DeviceIsolation {
  /** The best that the device has. */
  readonly best: 'process' | 'scope';
  /** Why it is not better. */
  readonly reason?: string;
  /** Weakest level for any program, by the policy of the device. */
  readonly demanded?: IsolationLevel | undefined;
  /** Apps that may share a process, by the word of the device's owner. */
  readonly shared: ReadonlySet<string>;
}

/**
 * The level that a program runs with: the best, but `shared` for one that the device's owner trusts and that is content with it.
 * Code: isolation_below, when release or policy demand more than the device has.
 */
export function chooseLevel(
  app: string,
  wanted: IsolationLevel | undefined,
  canShare: boolean,
  { best, reason, demanded, shared }: DeviceIsolation,
): Outcome<IsolationLevel> {
  const least = strongest(wanted ?? 'shared', demanded ?? 'shared');
  if (least === 'shared' && canShare && shared.has(app)) return succeed('shared');
  if (isAtLeast(best, least)) return succeed(best);
  const who = isAtLeast(wanted ?? 'shared', least) ? 'demands' : 'must have, by the policy of this device,';
  const why = reason === undefined ? '' : ` (${reason})`;
  return refuse(
    'isolation_below',
    `${who} isolation "${least}"; this device isolates Wasm programs by "${best}"${why}`,
  );
}

function isAtLeast(level: IsolationLevel, least: IsolationLevel): boolean {
  return ISOLATION_LEVELS.indexOf(level) >= ISOLATION_LEVELS.indexOf(least);
}

function strongest(a: IsolationLevel, b: IsolationLevel): IsolationLevel {
  return isAtLeast(a, b) ? a : b;
}
