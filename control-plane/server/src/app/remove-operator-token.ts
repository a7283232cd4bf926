import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { refuseLastAdmin } from './last-admin.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const removeOperatorToken: UseCase<'removeOperatorToken'> = async (context, caller, { params: { id } }) =>
  await transact(context, caller.tenant, async (work) => {
    const { operators, sessions } = work.repositories;
    const token = (await operators.list(caller.tenant)).find((each) => each.id === id);
    if (!token) return refuse('not_found', `there is no operator token ${id}`);
    const last = token.role === 'admin' ? await refuseLastAdmin(work, { operatorId: id }) : null;
    if (last) return last;
    await sessions.removeOf(caller.tenant, { operatorId: id });
    await operators.remove(caller.tenant, id);
    await audit(work, caller, 'remove_operator_token', id, { name: token.name });
    return succeed(undefined);
  });
