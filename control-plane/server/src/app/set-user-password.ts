import { refuse, succeed } from '@wherry/protocol';
import { whyTooWeak } from '../domain/access/password-rules.ts';
import { audit } from './audit.ts';
import { findUser } from './find-user.ts';
import { overreaches } from './overreaches.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const setUserPassword: UseCase<'setUserPassword'> = async (context, caller, { params: { name }, body }) => {
  const weakness = whyTooWeak(body.password, name);
  if (weakness !== null) return refuse('invalid_body', `The password: ${weakness}.`, { path: '/password' });
  const passwordHash = await context.passwords.hash(body.password);
  return await transact(context, caller.tenant, async (work) => {
    const found = await findUser(work, name);
    if (!found.ok) return found;
    if (found.value.source === 'oidc')
      return refuse('not_allowed_in_state', `The password of ${name} is kept by the sign-in provider.`);
    const refusal = overreaches(caller, { role: found.value.role, scopes: null });
    if (refusal) return refusal;
    await work.repositories.users.setPasswordHash(caller.tenant, name, passwordHash);
    await work.repositories.sessions.removeOf(caller.tenant, { user: name });
    await audit(work, caller, 'set_user_password', name);
    return succeed(undefined);
  });
};
