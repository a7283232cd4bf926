import { refuse, succeed } from '@wherry/protocol';
import { explainMember as explain } from '../domain/rollouts/explain-member.ts';
import type { UseCase } from './use-cases.ts';
import { memberView } from './views/rollout-view.ts';

export const explainMember: UseCase<'explainMember'> = async ({ store, clock }, { tenant }, { params }) => {
  const record = await store.rollouts.find(tenant, params.id);
  if (!record) return refuse('not_found', `there is no rollout ${params.id}`);
  const [found] = await store.rollouts.members(tenant, params.id, [params.device]);
  if (!found && record.header.state === 'preparing')
    return refuse('not_found', `the devices of rollout ${params.id} are being written down; ask again in a moment`);
  if (!found) return refuse('not_found', `${params.device} is no member of rollout ${params.id}; plan it to see why`);
  const device = await store.devices.find(tenant, params.device);
  const { member, position } = found;
  const before =
    member.state === 'pending' ? await store.rollouts.pendingBefore(tenant, params.id, member.wave, position) : 0;
  const around = {
    isOnline: device?.isOnline ?? false,
    seenAtMs: device?.seenAtMs ?? null,
    before,
    hasWindow: record.terms.window !== undefined,
  };
  return succeed({
    rollout: record.id,
    device: member.device,
    state: member.state,
    ...explain(record.header, member, around),
    member: memberView(found),
    atMs: clock.nowMs(),
  });
};
