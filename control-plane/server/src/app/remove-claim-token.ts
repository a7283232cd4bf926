import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const removeClaimToken: UseCase<'removeClaimToken'> = async (context, caller, { params }) =>
  await transact(context, caller.tenant, async (work) => {
    const removed = await work.repositories.claimTokens.remove(caller.tenant, params.id);
    if (removed === 'not_found') return refuse('not_found', `there is no claim token ${params.id}`);
    if (removed === 'used')
      return refuse('claim_token_used', `claim token ${params.id} was used; remove the device that it made instead`);
    await audit(work, caller, 'remove_claim_token', params.id);
    return succeed(undefined);
  });
