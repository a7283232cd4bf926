import type { AppContext } from './context.ts';
import { hashSecret, isOperatorToken } from './secrets.ts';
import type { Caller } from './use-cases.ts';

const USED_EVERY_MS = 60_000;

/** Who holds this operator token (`wop1.…`); null when unknown, revoked or expired. */
export async function authenticateOperator(context: AppContext, tokenText: string): Promise<Caller | null> {
  if (!isOperatorToken(tokenText)) return null;
  const record = await context.store.operators.findByHash(hashSecret(tokenText));
  const nowMs = context.clock.nowMs();
  if (!record || (record.expiresAtMs !== null && nowMs >= record.expiresAtMs)) return null;
  if (nowMs - (record.lastUsedAtMs ?? 0) >= USED_EVERY_MS)
    await context.store.operators.used(record.tenant, record.id, nowMs);
  return { tenant: record.tenant, operator: record.name, role: record.role };
}
