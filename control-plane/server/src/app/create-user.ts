import { refuse, succeed } from '@wherry/protocol';
import { whyTooWeak } from '../domain/access/password-rules.ts';
import { audit } from './audit.ts';
import { APP_LIMITS } from './limits.ts';
import { overreaches } from './overreaches.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { userView } from './views/user-view.ts';

export const createUser: UseCase<'createUser'> = async (context, caller, { body }) => {
  const { name, role, password } = body;
  const refusal = overreaches(caller, { role, scopes: null });
  if (refusal) return refusal;
  const weakness = whyTooWeak(password, name);
  if (weakness !== null) return refuse('invalid_body', `The password: ${weakness}.`, { path: '/password' });
  const passwordHash = await context.passwords.hash(password);
  return await transact(context, caller.tenant, async (work) => {
    const { users } = work.repositories;
    if ((await users.list(caller.tenant)).length >= APP_LIMITS.usersPerTenant)
      return refuse('conflict', `There are ${APP_LIMITS.usersPerTenant} users. Remove some first.`);
    const record = {
      ...({ tenant: caller.tenant, name, role, source: 'local', subject: null, passwordHash } as const),
      ...{ createdAtMs: work.nowMs, signedInAtMs: null },
    };
    if (!(await users.add(record))) return refuse('already_exists', `There is a user ${name} already.`);
    await audit(work, caller, 'create_user', name, { role });
    return succeed(userView(record, 0));
  });
};
