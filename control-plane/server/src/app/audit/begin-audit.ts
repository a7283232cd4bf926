import type { TenantId } from '@wherry/protocol';
import type { AppContext } from '../context.ts';

/** Signs, once, the ends of logs that were written before there was a key to sign with. */
export async function beginAudit({ store, auditSigner, clock }: AppContext): Promise<void> {
  if (await auditSigner.hasBegun()) return;
  await store.transaction(async ({ audit }) => {
    for (const { tenant, id, hash, sealed } of await audit.heads())
      if (sealed === null)
        await audit.seal(
          tenant,
          auditSigner.seal('head', { tenant: tenant as TenantId, id, hash, atMs: clock.nowMs() }),
        );
  });
  await auditSigner.begin();
}
