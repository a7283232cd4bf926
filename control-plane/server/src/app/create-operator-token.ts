import { createOperatorToken as operation, refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { APP_LIMITS } from './limits.ts';
import { overreaches } from './overreaches.ts';
import { hashSecret, operatorTokenText } from './secrets.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { operatorView } from './views/operator-view.ts';

export const createOperatorToken: UseCase<'createOperatorToken'> = async (context, caller, input) => {
  const { name, role, scopes = null, ttlMs } = operation.body.parse(input.body);
  const refusal = overreaches(caller, { role, scopes });
  if (refusal) return refusal;
  return await transact(context, caller.tenant, async (work) => {
    const { operators } = work.repositories;
    if ((await operators.list(caller.tenant)).length >= APP_LIMITS.tokensPerTenant)
      return refuse('conflict', `There are ${APP_LIMITS.tokensPerTenant} operator tokens. Revoke some first.`);
    const token = operatorTokenText(context.newSecret());
    const record = {
      tenant: caller.tenant,
      id: context.newId(),
      name,
      role,
      scopes,
      createdBy: caller.operator,
      secretHash: hashSecret(token),
      createdAtMs: work.nowMs,
      expiresAtMs: ttlMs === undefined ? null : work.nowMs + ttlMs,
      lastUsedAtMs: null,
    };
    await operators.add(record);
    await audit(work, caller, 'create_operator_token', record.id, {
      ...{ name, role },
      ...(scopes === null ? {} : { scopes }),
      expiresAtMs: record.expiresAtMs,
    });
    return succeed({ ...operatorView(record), token });
  });
};
