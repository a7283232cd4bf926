import { succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findUser } from './find-user.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const removeUser: UseCase<'removeUser'> = async (context, caller, { params: { name } }) =>
  await transact(context, caller.tenant, async (work) => {
    const found = await findUser(work, name);
    if (!found.ok) return found;
    const last = found.value.role === 'admin' ? await refuseLastAdmin(work, { user: name }) : null;
    if (last) return last;
    await work.repositories.sessions.removeOf(caller.tenant, { user: name });
    await work.repositories.users.remove(caller.tenant, name);
    await audit(work, caller, 'remove_user', name);
    return succeed(undefined);
  });
