import { type Outcome, refuse } from '@wherry/protocol';
import type { OperatorRecord } from '../storage/port/operators.ts';
import type { UserRecord } from '../storage/port/users.ts';
import type { Work } from './transact.ts';

/** Whether somebody may do everything: a person with the role admin, or an admin token without scopes. */
export function hasAdmin(tokens: readonly OperatorRecord[], users: readonly UserRecord[], nowMs: number): boolean {
  if (users.some(({ role }) => role === 'admin')) return true;
  return tokens.some(
    ({ role, scopes, expiresAtMs }) =>
      role === 'admin' && scopes === null && (expiresAtMs === null || expiresAtMs > nowMs),
  );
}

/** A refusal when nobody would be left who may do everything. Code: not_allowed_in_state. */
export async function refuseLastAdmin(
  { repositories, tenant, nowMs }: Work,
  leaving: { readonly user?: string; readonly operatorId?: string },
): Promise<Outcome<never> | null> {
  const users = (await repositories.users.list(tenant)).filter(({ name }) => name !== leaving.user);
  const tokens = (await repositories.operators.list(tenant)).filter(({ id }) => id !== leaving.operatorId);
  if (hasAdmin(tokens, users, nowMs)) return null;
  return refuse('not_allowed_in_state', 'Nobody would be left who is admin. Make another admin first.');
}
