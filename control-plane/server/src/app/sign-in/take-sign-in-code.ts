import { createHash } from 'node:crypto';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { hashSecret } from '../secrets.ts';

/** A browser has signed in for a program on the same machine: what it brings the program back, worth nothing without the verifier. */
export async function giveSignInCode(
  { store, clock, newSecret }: AppContext,
  user: { readonly tenant: string; readonly name: string },
  challenge: string,
): Promise<string> {
  const code = Buffer.from(newSecret(), 'hex').toString('base64url');
  const expiresAtMs = clock.nowMs() + APP_LIMITS.signInCodeMs;
  await store.sessions.addCode({
    codeHash: hashSecret(code),
    challenge,
    tenant: user.tenant,
    user: user.name,
    expiresAtMs,
  });
  return code;
}

/** Null for a code that is unknown, used, too old, or another program's. */
export async function takeSignInCode(
  { store, clock }: AppContext,
  code: string,
  verifier: string,
): Promise<{ readonly tenant: string; readonly name: string } | null> {
  const kept = await store.sessions.takeCode(hashSecret(code));
  if (!kept || clock.nowMs() >= kept.expiresAtMs) return null;
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return challenge === kept.challenge ? { tenant: kept.tenant, name: kept.user } : null;
}
