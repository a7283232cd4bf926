import { setTenantSettings as operation, succeed, type TenantId } from '@wherry/protocol';
import { CONTROL_PLANE } from './audit/append-audit.ts';
import { audit } from './audit.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** They hold from the next rollout that begins, and from the next look of the retention. */
export const setTenantSettings: UseCase<'setTenantSettings'> = async (context, caller, input) => {
  const { approvals, audit: retention } = operation.body.parse(input.body);
  return await transact(context, caller.tenant, async (work) => {
    const { tenants } = work.repositories;
    const before = await tenants.settings(caller.tenant);
    const after = { approvals: approvals ?? before.approvals, audit: retention ?? before.audit };
    // Where operators are, there is a tenant, however they came to be.
    await tenants.add({ tenant: caller.tenant as TenantId, createdAtMs: work.nowMs, createdBy: CONTROL_PLANE });
    await tenants.saveSettings(caller.tenant, after);
    await audit(work, caller, 'set_tenant_settings', caller.tenant, { before, after });
    return succeed(after);
  });
};
