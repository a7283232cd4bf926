import { exportAudit as operation, succeed, type TenantId } from '@wherry/protocol';
import { readLog } from './audit/read-log.ts';
import type { UseCase } from './use-cases.ts';

/** What is there, right or wrong: it is for whoever has the export to judge. */
export const exportAudit: UseCase<'exportAudit'> = async (context, { tenant }, { query }) => {
  const { after, limit } = operation.query.parse(query ?? {});
  const { items, hasMore, checkpoint, head } = await readLog(context, tenant, after, limit);
  const { keyId, publicKey } = context.auditSigner;
  return succeed({
    tenant: tenant as TenantId,
    signer: { keyId, publicKey },
    checkpoint,
    items,
    head: hasMore ? null : head,
    hasMore,
  });
};
