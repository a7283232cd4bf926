import { succeed } from '@wherry/protocol';
import type { SessionHolder } from '../../storage/port/sessions.ts';
import { audit } from '../audit.ts';
import { authenticateOperator, type SignedIn } from '../authenticate-operator.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { hashSecret, sessionText } from '../secrets.ts';
import { transact } from '../transact.ts';

export interface BegunSession {
  /** What the browser or program holds; only its hash is kept. */
  readonly text: string;
  readonly signedIn: SignedIn;
}

interface Beginning {
  readonly tenant: string;
  readonly kind: SignedIn['kind'];
  readonly holder: SessionHolder;
  /** The session that this one takes the place of: a sign-in never goes on with a secret of before it. */
  readonly replaces: string | null;
}

/** Null when the holder has gone meanwhile. */
export async function beginSession(context: AppContext, beginning: Beginning): Promise<BegunSession | null> {
  const { tenant, kind, holder, replaces } = beginning;
  const text = sessionText(context.newSecret());
  const secretHash = hashSecret(text);
  await transact(context, tenant, async (work) => {
    const { sessions, users } = work.repositories;
    const times = { createdAtMs: work.nowMs, seenAtMs: work.nowMs, expiresAtMs: work.nowMs + APP_LIMITS.sessionMaxMs };
    if (replaces !== null) await sessions.remove(replaces);
    await sessions.add({ secretHash, tenant, kind, holder, ...times });
    await sessions.trim(tenant, holder, APP_LIMITS.sessionsPerHolder);
    if ('user' in holder) await users.signedIn(tenant, holder.user, work.nowMs);
    return succeed(undefined);
  });
  const signedIn = await authenticateOperator(context, text);
  return signedIn ? { text, signedIn } : null;
}

/** C3: people's sign-ins are in the audit log too. */
export async function auditSignIn(context: AppContext, { caller, kind }: SignedIn): Promise<void> {
  await transact(context, caller.tenant, async (work) => {
    await audit(work, caller, 'sign_in', caller.operator, { kind });
    return succeed(undefined);
  });
}
