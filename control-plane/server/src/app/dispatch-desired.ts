import { canonicalBytes, type DeviceId, type TenantId } from '@wherry/protocol';
import type { PendingDesired } from '../storage/port/desired.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';

/**
 * Publishes desired states that are due, from the outbox; returns how many were handed to the broker. Each is taken by a lease
 * first, so that two processes do not send the same one, and stays in the outbox until its device reports its generation.
 */
export async function dispatchDesired(context: AppContext): Promise<number> {
  let sent = 0;
  for (;;) {
    const nowMs = context.clock.nowMs();
    const due = await context.store.desired.due(nowMs, APP_LIMITS.dispatchBatch, context.process);
    const leased = await lease(context, due, nowMs);
    for (const pending of leased) if (await send(context, pending)) sent += 1;
    if (due.length < APP_LIMITS.dispatchBatch || leased.length === 0) return sent;
  }
}

/** One transaction for all: with `synchronous=FULL` each commit is a write to the disk. */
async function lease(context: AppContext, due: readonly PendingDesired[], nowMs: number): Promise<PendingDesired[]> {
  if (due.length === 0) return [];
  return await context.store.transaction(async (repositories) => {
    const leased: PendingDesired[] = [];
    for (const [tries, some] of Map.groupBy(due, (pending) => pending.tries))
      leased.push(...(await repositories.desired.leaseAll(some, nowMs + resendAfterMs(tries))));
    return leased;
  });
}

async function send(context: AppContext, { tenant, device, envelope }: PendingDesired): Promise<boolean> {
  try {
    const topic = { tenant: tenant as TenantId, device: device as DeviceId, channel: 'desired' as const };
    await context.broker.publish(topic, canonicalBytes(envelope));
    return true;
  } catch (error) {
    context.log.warn({ err: error, tenant, device }, 'publish a desired state');
    return false;
  }
}

function resendAfterMs(tries: number): number {
  return Math.min(APP_LIMITS.resendMaxMs, APP_LIMITS.resendFirstMs * 2 ** Math.min(tries, 20));
}
