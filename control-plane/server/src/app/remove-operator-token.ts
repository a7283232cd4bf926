import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const removeOperatorToken: UseCase<'removeOperatorToken'> = async (context, caller, { params }) =>
  await transact(context, caller.tenant, async (work) => {
    if (!(await work.repositories.operators.remove(caller.tenant, params.id)))
      return refuse('not_found', `there is no operator token ${params.id}`);
    await audit(work, caller, 'remove_operator_token', params.id);
    return succeed(undefined);
  });
