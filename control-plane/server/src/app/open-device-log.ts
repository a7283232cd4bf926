import { type DeviceId, type Outcome, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { transact } from './transact.ts';
import type { Caller } from './use-cases.ts';

/** When somebody last opened which log: who loses the connection and opens it again has opened it once. */
const openings = new WeakMap<AppContext, Map<string, number>>();

/**
 * Somebody begins to read along what a device logs, which may be anything: it is written down before the first line comes.
 * Code: not_found.
 */
export async function openDeviceLog(context: AppContext, caller: Caller, device: DeviceId): Promise<Outcome<void>> {
  const known = openings.get(context) ?? new Map<string, number>();
  openings.set(context, known);
  const key = `${caller.tenant} ${caller.principal} ${device}`;
  const before = known.get(key) ?? Number.NEGATIVE_INFINITY;
  const isAgain = context.clock.nowMs() - before < APP_LIMITS.logReopenMs;
  const opened = await transact(context, caller.tenant, async (work) => {
    if (!(await work.repositories.devices.find(caller.tenant, device)))
      return refuse('not_found', 'There is no such device.');
    if (!isAgain) await audit(work, caller, 'open_device_log', device);
    return succeed(undefined);
  });
  if (opened.ok) remember(known, key, context.clock.nowMs());
  return opened;
}

function remember(known: Map<string, number>, key: string, nowMs: number): void {
  known.delete(key);
  known.set(key, nowMs);
  const [oldest] = known.keys();
  if (known.size > APP_LIMITS.logOpeningsKept && oldest !== undefined) known.delete(oldest);
}
