import type { DeviceId, RolloutId } from '@wherry/protocol';
import type { PlannedDevice } from '@wherry/server/domain';
import type { SimRelease } from '../releases.ts';
import { feed } from './rollout-run.ts';
import type { Assignment, RolloutRow, Terms } from './store.ts';
import type { Work } from './work.ts';

/** Plans, saves and starts a rollout, and the one that takes another back. */
type PlanRequest = Parameters<Work['world']['machines']['server']['planRollout']>[0];

export interface RolloutOrder {
  readonly release: SimRelease;
  readonly request: PlanRequest;
  readonly isRollback: boolean;
  readonly ring: number | null;
  readonly terms: Terms;
}

const REACHED = new Set([
  'in_flight',
  'soaking',
  'succeeded',
  'failed',
  'reverted',
  'rejected',
  'timed_out',
  'unhealthy',
]);

export function startRollout(work: Work, order: RolloutOrder): string {
  const { release, request, isRollback, ring, terms } = order;
  const selected = [...work.store.devices.keys()].filter((name) => ring === null || work.device(name).ring === ring);
  const devices = selected.map((name): PlannedDevice => {
    return { device: name as DeviceId, isOnline: work.device(name).isOnline, release: release.digest };
  });
  const { digest, version, counter } = release;
  const row = { release: digest, version, releaseCounter: counter, isRollback, ring, terms };
  return add(work, row, request, devices, new Map());
}

/** Each device goes to the release it had before, or loses the app when it had none; one that a newer rollout moved stays. */
export function startRevert(work: Work, id: string): void {
  const reverted = work.rollout(id);
  const { maxInFlight, deadlineMs, soakMs } = reverted.header;
  const targets = new Map<string, Assignment | null>();
  for (const device of reverted.order) {
    const member = work.member(id, device);
    if (member === undefined || !REACHED.has(member.state) || work.device(device).assignment?.rollout !== id) continue;
    targets.set(device, reverted.previous.get(device) ?? null);
  }
  if (targets.size === 0) return;
  const devices = [...targets].map(([name, target]): PlannedDevice => {
    return { device: name as DeviceId, isOnline: work.device(name).isOnline, release: target?.release ?? null };
  });
  const request = {
    waves: [{ size: { share: 1 } }],
    gate: { maxFailures: devices.length },
    maxInFlight,
    deadlineMs,
    soakMs,
  };
  const { release, version, releaseCounter } = reverted;
  const row = { release, version, releaseCounter, isRollback: true, ring: null, terms: {} };
  add(work, row, request, devices, targets);
}

function add(
  work: Work,
  row: Pick<RolloutRow, 'release' | 'version' | 'releaseCounter' | 'isRollback' | 'ring' | 'terms'>,
  request: PlanRequest,
  devices: readonly PlannedDevice[],
  targets: RolloutRow['targets'],
): string {
  // 26 letters and digits without i, l, o and u.
  const id = `r${work.world.newNumber().toString().padStart(25, '0')}` as RolloutId;
  const { header, members } = work.world.machines.server.planRollout(request, devices, work.nowMs);
  const previous = new Map(devices.map(({ device }) => [device as string, work.device(device).assignment]));
  const order = members.map(({ device }) => device as string);
  work.rollouts.set(id, { ...row, id, header, targets, previous, order });
  for (const member of members) work.keep(id, member);
  work.looked(id, { type: 'start' }, () => work.world.tell(id, `moves ${order.length} devices to ${row.version}`));
  feed(work, id, { type: 'start' });
  return id;
}
