import { addTenant as operation, refuse, succeed } from '@wherry/protocol';
import { appendAudit, CONTROL_PLANE } from './audit/append-audit.ts';
import { audit } from './audit.ts';
import { hashSecret, operatorTokenText } from './secrets.ts';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** Codes: forbidden, already_exists. */
export const addTenant: UseCase<'addTenant'> = async (context, caller, input) => {
  const refused = refuseOutsiders(caller);
  if (refused) return refused;
  const { tenant, admin } = operation.body.parse(input.body);
  return await transact(context, caller.tenant, async (work) => {
    const { tenants, operators } = work.repositories;
    const added = { tenant, createdAtMs: work.nowMs, createdBy: caller.operator };
    if (!(await tenants.add(added)))
      return refuse('already_exists', `there is a tenant ${tenant} already; choose another name`, { path: '/tenant' });
    const token = operatorTokenText(context.newSecret());
    await operators.add({
      tenant,
      id: context.newId(),
      name: admin,
      role: 'admin',
      scopes: null,
      createdBy: null,
      secretHash: hashSecret(token),
      createdAtMs: work.nowMs,
      expiresAtMs: null,
      lastUsedAtMs: null,
    });
    await audit(work, caller, 'add_tenant', tenant, { admin });
    // The new tenant's own log begins with this, and does not name the operator of another.
    await appendAudit(work, tenant, {
      operator: CONTROL_PLANE,
      action: 'add_tenant',
      subject: tenant,
      detail: { admin },
    });
    return succeed({ ...added, token });
  });
};
