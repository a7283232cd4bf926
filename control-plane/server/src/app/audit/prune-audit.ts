import { succeed, type TenantId } from '@wherry/protocol';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { transact } from '../transact.ts';
import { appendAudit, CONTROL_PLANE } from './append-audit.ts';

/**
 * Gives up entries that are older than a tenant keeps them, at most once a day. What is left begins behind a signed checkpoint that
 * holds the hash of the last one given up, and the log says itself that it was shortened.
 */
export async function pruneAudit(context: AppContext): Promise<number> {
  let removed = 0;
  for (const { tenant } of await context.store.tenants.list()) {
    const { keptMs } = (await context.store.tenants.settings(tenant)).audit;
    if (keptMs !== null) removed += await pruneTenant(context, tenant, keptMs);
  }
  return removed;
}

async function pruneTenant(context: AppContext, tenant: TenantId, keptMs: number): Promise<number> {
  const done = await transact(context, tenant, async (work) => {
    const { audit } = work.repositories;
    const [first] = await audit.after(tenant, 0, 1);
    const beforeMs = work.nowMs - keptMs;
    if (!first || first.atMs >= beforeMs - APP_LIMITS.auditPruneEveryMs) return succeed(0);
    const last = await audit.lastBefore(tenant, beforeMs);
    if (!last) return succeed(0);
    const detail = { fromId: first.id, throughId: last.id, hash: last.hash };
    await appendAudit(work, tenant, { operator: CONTROL_PLANE, action: 'prune_audit', subject: 'audit', detail });
    const point = { tenant, id: last.id, hash: last.hash, atMs: work.nowMs };
    await audit.prune(tenant, last.id, context.auditSigner.seal('checkpoint', point));
    return succeed(last.id - first.id + 1);
  });
  return done.ok ? done.value : 0;
}
