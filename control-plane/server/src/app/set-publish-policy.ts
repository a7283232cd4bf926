import { setPublishPolicy as operation, succeed } from '@wherry/protocol';
import { openEvidenceJudge } from '../evidence/judge-evidence.ts';
import { audit } from './audit.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** One that cannot be judged by is refused now, not when the next release comes. Code: invalid_body. */
export const setPublishPolicy: UseCase<'setPublishPolicy'> = async (context, caller, input) => {
  const policy = operation.body.parse(input.body);
  if (policy.requireCosign !== null) {
    const judge = await openEvidenceJudge(policy.requireCosign);
    if (!judge.ok) return judge;
  }
  return await transact(context, caller.tenant, async (work) => {
    await work.repositories.publishPolicies.set(caller.tenant, policy);
    const { keys = [], identities = [] } = policy.requireCosign ?? {};
    const detail = { requireCosign: policy.requireCosign !== null, keys: keys.length, identities };
    await audit(work, caller, 'set_publish_policy', caller.tenant, detail);
    return succeed(policy);
  });
};
