import { AuditChain, type AuditVerification, type TenantId } from '@wherry/protocol';
import { breathe } from '../breathe.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { sha256 } from './append-audit.ts';
import { isSameBeginning, readLog } from './read-log.ts';

/** One look at a time for each tenant: who asks meanwhile gets the same. */
const underWay = new WeakMap<AppContext, Map<string, Promise<AuditVerification>>>();

/** Follows the whole chain of a tenant as the database holds it, a page at a time. */
export function verifyLog(context: AppContext, tenant: string): Promise<AuditVerification> {
  const looks = underWay.get(context) ?? new Map<string, Promise<AuditVerification>>();
  underWay.set(context, looks);
  const look = looks.get(tenant) ?? verify(context, tenant).finally(() => looks.delete(tenant));
  looks.set(tenant, look);
  return look;
}

async function verify(context: AppContext, tenant: string): Promise<AuditVerification> {
  const { auditSigner, clock } = context;
  const startedAtMs = performance.now();
  const first = await readLog(context, tenant, 0, APP_LIMITS.auditBatch);
  const opened = first.checkpoint && auditSigner.open('checkpoint', first.checkpoint);
  const checkpoint = opened?.tenant === tenant ? opened : null;
  const chain = new AuditChain(tenant, checkpoint, sha256);
  if (first.checkpoint && !checkpoint) chain.distrust('the signature over the beginning of the log does not hold');
  let page = first;
  for (;;) {
    for (const entry of page.items) chain.follow(entry);
    const last = page.items.at(-1);
    if (!last || !page.hasMore) break;
    await breathe();
    page = await readLog(context, tenant, last.id, APP_LIMITS.auditBatch);
    // Retention has moved the beginning meanwhile, which it does once a day.
    if (!isSameBeginning(first, page)) return await verify(context, tenant);
  }
  const { end } = page;
  chain.end(end);
  const { isIntact, entryCount, findings, findingCount } = chain;
  return {
    tenant: tenant as TenantId,
    isIntact,
    entries: entryCount,
    firstId: first.items[0]?.id ?? null,
    head: end && { id: end.id, hash: end.hash, atMs: end.atMs },
    signer: { keyId: auditSigner.keyId, publicKey: auditSigner.publicKey },
    findings,
    findingCount,
    atMs: clock.nowMs(),
    tookMs: performance.now() - startedAtMs,
  };
}
