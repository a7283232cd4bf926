import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const getOverview: UseCase<'getOverview'> = async ({ store }, { tenant }) => {
  const devices = await store.devices.counts(tenant);
  const workloads = await store.workloads.counts(tenant);
  const rollouts = await store.rollouts.countByState(tenant);
  return succeed({
    devices: { ...devices, failing: workloads.failingDevices },
    rollouts: { running: rollouts.running ?? 0, halted: rollouts.halted ?? 0 },
    releases: await store.releases.count(tenant),
    variants: workloads.variants,
    usageSamples: await store.usage.count(tenant),
  });
};
