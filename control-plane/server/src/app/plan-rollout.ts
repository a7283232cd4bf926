import {
  type LeftOutReason,
  type Outcome,
  planRollout as operation,
  type RolloutPlanView,
  succeed,
} from '@wherry/protocol';
import { bytesOf } from '../domain/releases/fitting.ts';
import { crossingWave } from '../domain/rollouts/approval.ts';
import { shortestMs } from '../domain/rollouts/shortest.ts';
import type { Repositories } from '../storage/port.ts';
import { type PreparedRollout, prepareRollout } from './rollouts/prepare-rollout.ts';
import { secondAbove } from './rollouts/second-approval.ts';
import type { UseCase } from './use-cases.ts';

/** A dry run: nothing is written, and what it says is what a start now would do. Codes: those of a start but no_devices_match. */
export const planRollout: UseCase<'planRollout'> = async ({ store, clock }, { tenant }, input) => {
  const startedAtMs = performance.now();
  const { request, samples } = operation.body.parse(input.body);
  const prepared = await prepareRollout(store, tenant, request, clock.nowMs());
  if (!prepared.ok) return prepared;
  const above = await secondAbove(store, tenant, { id: null, release: prepared.value.release.digest, reverts: null });
  return await viewOf(store, tenant, prepared.value, { samples, above }, startedAtMs);
};

const NOBODY = { operator: '', principal: '' } as const;

async function viewOf(
  repositories: Repositories,
  tenant: string,
  prepared: PreparedRollout,
  { samples, above }: { readonly samples: number; readonly above: number | null },
  startedAtMs: number,
): Promise<Outcome<RolloutPlanView>> {
  const { release, plan, assigned, briefs } = prepared;
  const moving = plan.members.filter(({ state }) => state === 'pending');
  const holders = new Map(
    (await repositories.rollouts.openOf(tenant, release.app)).map(({ device, rollout }) => [device, rollout as string]),
  );
  const takenFrom = (device: string) => holders.get(device) ?? null;
  const isOnline = (device: string) => briefs.get(device)?.isOnline ?? false;
  const byWave = Map.groupBy(moving, ({ wave }) => wave);
  const second = above === null ? null : { aboveDevices: above, requestedBy: NOBODY, approvedBy: null };
  const crossing = crossingWave({ waves: plan.header.waves, second });
  const waves = plan.header.waves.map((wave, index) => {
    const members = byWave.get(index) ?? [];
    const named = members.slice(0, samples).map(({ device }) => {
      const currentVersion = assigned.get(device)?.version ?? null;
      return { device, online: isOnline(device), currentVersion, takenFrom: takenFrom(device) };
    });
    const online = members.filter(({ device }) => isOnline(device)).length;
    const approval = wave.needsApproval || crossing === index;
    const isSecond = crossing === index;
    return { index, total: members.length, online, gate: wave.gate, approval, second: isSecond, devices: named };
  });
  const losing = Map.groupBy(
    moving.flatMap(({ device }) => takenFrom(device) ?? []),
    (rollout) => rollout,
  );
  return succeed({
    release: release.digest,
    total: moving.length,
    online: waves.reduce((sum, { online }) => sum + online, 0),
    waves,
    leftOut: leftOutOf(prepared, samples),
    takesOver: [...losing].map(([rollout, devices]) => ({ rollout, devices: devices.length })),
    bytes: bytesToMove(prepared, moving),
    shortestMs: shortestMs(plan.header),
    tookMs: performance.now() - startedAtMs,
  });
}

function leftOutOf({ leftOut }: PreparedRollout, samples: number): RolloutPlanView['leftOut'] {
  const groups: [LeftOutReason, PreparedRollout['leftOut']][] = [...Map.groupBy(leftOut, ({ reason }) => reason)];
  return groups.map(([reason, some]) => {
    const devices = some.slice(0, samples).map(({ device, sentence }) => ({ device, sentence }));
    return { reason, count: some.length, devices };
  });
}

function bytesToMove({ fits }: PreparedRollout, moving: readonly { readonly device: string }[]) {
  let total = 0;
  let unknownDevices = 0;
  for (const { device } of moving) {
    const variant = fits.get(device)?.variant;
    const bytes = variant ? bytesOf(variant) : null;
    if (bytes === null) unknownDevices += 1;
    else total += bytes;
  }
  return { total, unknownDevices };
}
