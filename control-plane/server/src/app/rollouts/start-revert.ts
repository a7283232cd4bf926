import type { Digest, MemberState, Version } from '@wherry/protocol';
import { type PlannedDevice, planRollout } from '../../domain/rollouts/plan.ts';
import type { MemberRecord, MemberTarget, RolloutRecord } from '../../storage/port/rollouts.ts';
import type { Work } from '../transact.ts';
import type { Caller } from '../use-cases.ts';
import { createRollout } from './create-rollout.ts';

/** Members whose device was given the release, whatever came of it. */
const REACHED: readonly MemberState[] = [
  'in_flight',
  'soaking',
  'succeeded',
  'failed',
  'reverted',
  'rejected',
  'timed_out',
  'unhealthy',
];
const PAGE_ROWS = 1_000;

/**
 * Takes back what a rollout reached, by a new rollout: each device goes to the release it had before, or loses the app when it had
 * none. It goes in one wave, since what it brings has run on these very devices. Devices that a newer rollout moved stay.
 */
export async function startRevert(work: Work, caller: Caller, reverted: RolloutRecord): Promise<void> {
  const { tenant, repositories } = work;
  const current = await repositories.desired.assignmentsOf(tenant, reverted.app);
  const assigned = new Map(current.filter((one) => one.rollout === reverted.id).map((one) => [one.device, one]));
  const members = (await reachedMembers(work, reverted)).filter(({ member }) => assigned.has(member.device));
  if (members.length === 0) return;
  const online = await repositories.devices.states(
    tenant,
    members.map(({ member }) => member.device),
  );
  const targets = new Map<string, MemberTarget>();
  const counters = new Map<Digest, number>();
  for (const record of members) targets.set(record.member.device, await targetOf(work, record, counters));
  const devices = members.map(
    ({ member }): PlannedDevice => ({
      device: member.device,
      isOnline: online.get(member.device)?.isOnline ?? false,
      release: targets.get(member.device)?.release ?? null,
    }),
  );
  const back = mostCommon([...targets.values()]);
  const { maxInFlight, deadlineMs, soakMs } = reverted.header;
  const revert = await createRollout(work, caller, {
    app: reverted.app,
    version: back?.version ?? reverted.version,
    release: back?.release ?? reverted.release,
    releaseCounter: back?.releaseCounter ?? reverted.releaseCounter,
    request: { selector: reverted.selector, config: back?.config ?? {}, rollback: true },
    plan: planRollout(
      { waves: [{ size: { share: 1 } }], gate: { maxFailures: devices.length }, maxInFlight, deadlineMs, soakMs },
      devices,
      work.nowMs,
    ),
    assigned,
    targets,
    reverts: reverted.id,
  });
  await repositories.rollouts.setRevertedBy(tenant, reverted.id, revert.id);
}

async function reachedMembers(work: Work, { id }: RolloutRecord): Promise<MemberRecord[]> {
  const found: MemberRecord[] = [];
  for (let after = -1; ; ) {
    const page = await work.repositories.rollouts.inStates(work.tenant, id, REACHED, after, PAGE_ROWS);
    found.push(...page);
    const last = page[page.length - 1];
    if (!last || page.length < PAGE_ROWS) return found;
    after = last.position;
  }
}

async function targetOf(work: Work, record: MemberRecord, counters: Map<Digest, number>): Promise<MemberTarget> {
  const { previousRelease, previousVersion, previousConfig } = record;
  if (previousRelease === null) return { release: null, version: null, releaseCounter: 0, config: {} };
  if (!counters.has(previousRelease)) {
    const release = await work.repositories.releases.findByDigest(work.tenant, previousRelease);
    counters.set(previousRelease, release?.releaseCounter ?? 0);
  }
  const releaseCounter = counters.get(previousRelease) ?? 0;
  return { release: previousRelease, version: previousVersion, releaseCounter, config: previousConfig };
}

/** What the rollout is named by: the release that most devices go back to; null when all lose the app. */
function mostCommon(
  targets: readonly MemberTarget[],
): { release: Digest; version: Version; releaseCounter: number; config: Record<string, string> } | null {
  const groups = [...Map.groupBy(targets, ({ release }) => release)].filter(([release]) => release !== null);
  const [largest] = groups.sort(([, a], [, b]) => b.length - a.length);
  const [first] = largest?.[1] ?? [];
  if (!first || first.release === null || first.version === null) return null;
  return { release: first.release, version: first.version, releaseCounter: first.releaseCounter, config: first.config };
}
