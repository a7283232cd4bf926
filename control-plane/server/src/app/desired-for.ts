import { type Envelope, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { transact } from './transact.ts';

/** The signed desired state as stored; written anew when it is about to expire. Code: not_found. */
export async function desiredFor(
  context: AppContext,
  tenant: string,
  device: string,
): Promise<Outcome<{ readonly envelope: Envelope; readonly generation: number }>> {
  const stored = await context.store.desired.document(tenant, device);
  if (stored && stored.expiresAtMs - context.clock.nowMs() > APP_LIMITS.desiredRenewMs) return succeed(stored);
  await transact(context, tenant, async (work) => {
    work.stale.add(device);
    return succeed(undefined);
  });
  const written = await context.store.desired.document(tenant, device);
  return written ? succeed(written) : refuse('not_found', `there is no device ${device}`);
}
