import { succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { transact } from './transact.ts';
import { signNewest, signTimestamp } from './trust/sign-newest.ts';

/**
 * All of it anew, at the start: a control plane that was away, or was restored from an older copy, begins above what devices have.
 */
export async function beginTrust(context: AppContext): Promise<void> {
  for (const tenant of await context.store.trustMetadata.expiring('targets', Number.MAX_SAFE_INTEGER))
    await transact(context, tenant, async (work) => {
      await signNewest(work);
      return succeed(undefined);
    });
}

/** Signs snapshot and timestamp again long before they expire, and forgets what nobody reads any more; returns how many tenants. */
export async function renewTrust(context: AppContext): Promise<number> {
  const { store, clock } = context;
  const due = async (role: string, validMs: number) =>
    await store.trustMetadata.expiring(role, clock.nowMs() + validMs / 2);
  const snapshots = new Set(await due('snapshot', APP_LIMITS.snapshotValidMs));
  const tenants = new Set([...snapshots, ...(await due('timestamp', APP_LIMITS.timestampValidMs))]);
  for (const tenant of tenants)
    await transact(context, tenant, async (work) => {
      const files = await work.repositories.trustMetadata.all(tenant);
      const snapshot = files.find(({ role }) => role === 'snapshot');
      if (snapshot && !snapshots.has(tenant)) await signTimestamp(work, files, snapshot);
      else await signNewest(work);
      return succeed(undefined);
    });
  await store.trustMetadata.prune(clock.nowMs() - APP_LIMITS.metadataKeptMs);
  return tenants.size;
}
