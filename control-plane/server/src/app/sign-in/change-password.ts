import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { whyTooWeak } from '../../domain/access/password-rules.ts';
import { audit } from '../audit.ts';
import type { SignedIn } from '../authenticate-operator.ts';
import type { AppContext } from '../context.ts';
import { transact } from '../transact.ts';
import { checkPassword } from './check-password.ts';

/** The own password: every session of the user ends, this one too; the caller begins another. */
export async function changePassword(
  context: AppContext,
  { caller, holder }: SignedIn,
  current: string,
  next: string,
): Promise<Outcome<'changed' | 'wrong'>> {
  if (!('user' in holder))
    return refuse('not_allowed_in_state', 'An operator token has no password. Sign in as a user.');
  const weakness = whyTooWeak(next, holder.user);
  if (weakness !== null) return refuse('invalid_body', `The new password: ${weakness}.`, { path: '/next' });
  const kept = await context.store.users.find(caller.tenant, holder.user);
  if (kept?.source === 'oidc')
    return refuse('not_allowed_in_state', 'Your password is kept by your sign-in provider. Change it there.');
  if (!(await checkPassword(context, caller.tenant, holder.user, current))) return succeed('wrong');
  const hash = await context.passwords.hash(next);
  return await transact(context, caller.tenant, async (work) => {
    await work.repositories.users.setPasswordHash(caller.tenant, holder.user, hash);
    await work.repositories.sessions.removeOf(caller.tenant, holder);
    await audit(work, caller, 'change_password', holder.user);
    return succeed('changed' as const);
  });
}
