import type { Session } from '@wherry/protocol';
import type { OperatorRecord } from '../storage/port/operators.ts';
import type { HeldSession, SessionHolder } from '../storage/port/sessions.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { hashSecret, isOperatorToken, isSessionText } from './secrets.ts';
import type { Caller } from './use-cases.ts';

/** Somebody whose credentials were right. */
export interface SignedIn {
  readonly caller: Caller;
  readonly kind: Session['kind'];
  readonly holder: SessionHolder;
  /** Null: no end. */
  readonly expiresAtMs: number | null;
  /** Null for an operator token in use by itself. */
  readonly sessionHash: string | null;
}

/** Who holds this operator token (`wop1.…`) or session (`wos1.…`); null when unknown, revoked, idle for too long or expired. */
export async function authenticateOperator(context: AppContext, text: string): Promise<SignedIn | null> {
  if (isSessionText(text)) return await bySession(context, hashSecret(text));
  if (isOperatorToken(text)) return await byToken(context, hashSecret(text));
  return null;
}

async function byToken({ store, clock }: AppContext, hash: string): Promise<SignedIn | null> {
  const token = await store.operators.findByHash(hash);
  const nowMs = clock.nowMs();
  if (!token || hasEnded(token.expiresAtMs, nowMs)) return null;
  if (nowMs - (token.lastUsedAtMs ?? 0) >= APP_LIMITS.usedEveryMs)
    await store.operators.used(token.tenant, token.id, nowMs);
  const { expiresAtMs } = token;
  const holder = { operatorId: token.id };
  return { caller: tokenCaller(token.tenant, token), kind: 'token', holder, expiresAtMs, sessionHash: null };
}

async function bySession({ store, clock }: AppContext, hash: string): Promise<SignedIn | null> {
  const held = await store.sessions.find(hash);
  const nowMs = clock.nowMs();
  if (!held || hasEnded(held.session.expiresAtMs, nowMs)) return null;
  const { session } = held;
  if (nowMs - session.seenAtMs >= APP_LIMITS.sessionIdleMs) return null;
  const caller = callerOf(held, nowMs);
  if (!caller) return null;
  if (nowMs - session.seenAtMs >= APP_LIMITS.usedEveryMs) await store.sessions.seen(hash, nowMs);
  const { kind, holder, expiresAtMs } = session;
  return { caller, kind, holder, expiresAtMs, sessionHash: hash };
}

function callerOf({ session, user, operator }: HeldSession, nowMs: number): Caller | null {
  const { tenant } = session;
  if (operator) return hasEnded(operator.expiresAtMs, nowMs) ? null : tokenCaller(tenant, operator);
  if (!user) return null;
  return { tenant, operator: user.name, role: user.role, scopes: null, principal: `user/${user.name}` };
}

function tokenCaller(tenant: string, token: Pick<OperatorRecord, 'id' | 'name' | 'role' | 'scopes'>): Caller {
  const { id, name, role, scopes } = token;
  return { tenant, operator: name, role, scopes, principal: `token/${id}` };
}

function hasEnded(expiresAtMs: number | null, nowMs: number): boolean {
  return expiresAtMs !== null && nowMs >= expiresAtMs;
}
