import type { DeviceId, Digest, MemberState, RolloutRequest, RolloutState } from '@wherry/protocol';
import { emptyCounts } from '../counts.ts';
import type { Member, RolloutHeader, WaveHeader } from '../model.ts';
import { planRollout } from '../plan.ts';

export const NOW_MS = 1_000_000;
export const RELEASE = `sha256:${'1'.repeat(64)}` as Digest;

export const OWN = { operator: 'ada', principal: 'user/ada' } as const;
export const OTHER = { operator: 'bob', principal: 'user/bob' } as const;

/** Asks for a second operator above so many devices. */
export function guardAbove(aboveDevices: number) {
  return { type: 'guard', second: { aboveDevices, requestedBy: OWN, approvedBy: null } } as const;
}

export function memberIn(state: MemberState, extra: Partial<Member> = {}): Member {
  const isAssigned = state !== 'pending' && state !== 'waiting';
  return {
    device: 'pi-0' as DeviceId,
    wave: 0,
    state,
    release: RELEASE,
    attempt: isAssigned ? 1 : 0,
    generation: isAssigned ? 7 : 0,
    deployment: null,
    code: null,
    message: null,
    variant: null,
    updatedAtMs: 0,
    deadlineAtMs: state === 'in_flight' || state === 'soaking' ? NOW_MS : null,
    ...extra,
  };
}

/** A rollout in a state, with one wave that holds these members. */
export function headerIn(
  state: RolloutState,
  members: readonly Member[],
  extra: Partial<RolloutHeader> = {},
): RolloutHeader {
  return {
    state,
    waves: [waveOf(members)],
    currentWave: 0,
    maxInFlight: 100,
    deadlineMs: 900_000,
    soakMs: 120_000,
    verdict: null,
    finishedAtMs: null,
    beganAtMs: state === 'preparing' || state === 'draft' || state === 'scheduled' ? null : 0,
    ...(state === 'preparing' ? { startsWhenPrepared: true } : {}),
    startAtMs: null,
    pace: null,
    watch: { offlineAfterMs: null, memoryFactor: null, cpuFactor: null },
    isDynamic: false,
    wakeAtMs: null,
    ...extra,
  };
}

export function waveOf(members: readonly Member[], gate: Partial<WaveHeader['gate']> = {}): WaveHeader {
  const counts = emptyCounts();
  for (const member of members) counts[member.state] += 1;
  return {
    total: members.length,
    counts,
    gate: { minSuccess: 0.95, maxFailures: 1_000, maxFailureRate: 1, minSample: 5, ...gate },
    acknowledged: 0,
    failedDevices: [],
    failureCodes: {},
    isPassed: false,
    needsApproval: false,
    isApproved: false,
  };
}

export function planOf(count: number, request: Partial<RolloutRequest> = {}) {
  const devices = Array.from({ length: count }, (_, index) => ({
    device: `pi-${String(index).padStart(5, '0')}` as DeviceId,
    isOnline: true,
    release: RELEASE,
  }));
  return planRollout({ maxInFlight: 100, deadlineMs: 900_000, soakMs: 120_000, ...request }, devices, NOW_MS);
}
