import { createOperatorToken as operation, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { hashSecret, operatorTokenText } from './secrets.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { operatorView } from './views/operator-view.ts';

export const createOperatorToken: UseCase<'createOperatorToken'> = async (context, caller, input) => {
  const { name, role, ttlMs } = operation.body.parse(input.body);
  return await transact(context, caller.tenant, async (work) => {
    const token = operatorTokenText(context.newSecret());
    const record = {
      tenant: caller.tenant,
      id: context.newId(),
      name,
      role,
      secretHash: hashSecret(token),
      createdAtMs: work.nowMs,
      expiresAtMs: ttlMs === undefined ? null : work.nowMs + ttlMs,
      lastUsedAtMs: null,
    };
    await work.repositories.operators.add(record);
    await audit(work, caller, 'create_operator_token', record.id, { name, role, expiresAtMs: record.expiresAtMs });
    return succeed({ ...operatorView(record), token });
  });
};
