import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findUser } from './find-user.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { overreaches } from './overreaches.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { userView } from './views/user-view.ts';

export const setUserRole: UseCase<'setUserRole'> = async (context, caller, { params: { name }, body: { role } }) => {
  const refusal = overreaches(caller, { role, scopes: null });
  if (refusal) return refusal;
  return await transact(context, caller.tenant, async (work) => {
    const found = await findUser(work, name);
    if (!found.ok) return found;
    if (found.value.source === 'oidc')
      return refuse('not_allowed_in_state', `The groups of ${name} at the sign-in provider decide. Change them there.`);
    const isLeaving = found.value.role === 'admin' && role !== 'admin';
    const last = isLeaving ? await refuseLastAdmin(work, { user: name }) : null;
    if (last) return last;
    await work.repositories.users.setRole(caller.tenant, name, role);
    await audit(work, caller, 'set_user_role', name, { role, before: found.value.role });
    const sessions = await work.repositories.sessions.countByUser(caller.tenant);
    return succeed(userView({ ...found.value, role }, sessions.get(name) ?? 0));
  });
};
