import type { OperatorToken } from '@wherry/protocol';
import type { OperatorRecord } from '../../storage/port/operators.ts';

/** Without the secret. */
export function operatorView(record: OperatorRecord): OperatorToken {
  const { id, name, role, scopes, createdBy, createdAtMs, expiresAtMs, lastUsedAtMs } = record;
  return { id, name, role, scopes, createdBy, createdAtMs, expiresAtMs, lastUsedAtMs };
}
