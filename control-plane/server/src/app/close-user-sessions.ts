import { succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findUser } from './find-user.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const closeUserSessions: UseCase<'closeUserSessions'> = async (context, caller, { params: { name } }) =>
  await transact(context, caller.tenant, async (work) => {
    const found = await findUser(work, name);
    if (!found.ok) return found;
    const count = await work.repositories.sessions.removeOf(caller.tenant, { user: name });
    await audit(work, caller, 'close_user_sessions', name, { count });
    return succeed(undefined);
  });
