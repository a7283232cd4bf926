import { FINAL_STATES, type MemberState } from '@wherry/protocol';
import { FINAL_MEMBER_STATES } from './counts.ts';
import type { DeploymentReport, Member, Picked, RolloutEnv, WatchCode } from './model.ts';

/** Why a device holds an update back by itself: its window is shut, or its link may not carry the download. */
const HOLD_CODES: ReadonlySet<string> = new Set(['outside_window', 'metered_forbidden', 'download_budget_spent']);
/** A device that holds back gets this long instead of the deadline: a weekly window opens within it. */
export const HELD_DEADLINE_MS = 8 * 86_400_000;
/** What a device that was confirmed says of itself when it fell ill again; it stays `healthy` as a deployment. */
const SICK_CODES: ReadonlySet<string> = new Set(['crash_loop', 'health_failed']);

/** How one member moves. Each function returns the member itself when nothing changes (R5: late and doubled reports). */

export interface MemberTiming {
  readonly deadlineMs: number;
  readonly soakMs: number;
}

/** Assigns, sets aside, or leaves out a pending member that was picked. `wave` is the one that it is counted in from now on. */
export function takePicked(picked: Picked, wave: number, timing: MemberTiming, env: RolloutEnv): Member {
  const { member } = picked;
  if (picked.skip !== undefined) return moveTo({ ...member, message: picked.skip }, 'skipped', env);
  if (!picked.isOnline) return moveTo({ ...member, wave }, 'waiting', env);
  const { attempt, generation } = picked;
  return moveTo({ ...member, wave, attempt, generation }, 'in_flight', env, env.nowMs + timing.deadlineMs);
}

export function hear(member: Member, env: RolloutEnv): Member {
  return member.state === 'waiting' ? moveTo(member, 'pending', env) : member;
}

export function report(member: Member, said: DeploymentReport, timing: MemberTiming, env: RolloutEnv): Member {
  if (member.release !== said.release || member.attempt !== said.attempt || member.attempt === 0) return member;
  if (member.state === 'in_flight') return reportInFlight(member, said, timing, env);
  if (member.state === 'soaking') return reportSoaking(member, said, env);
  // The verdict stands; what the device says of itself afterwards is shown beside it.
  const isNews =
    member.state !== 'skipped' && FINAL_STATES.has(said.deployment) && member.deployment !== said.deployment;
  return isNews ? { ...member, deployment: said.deployment } : member;
}

/** An app that was to be taken away is gone. */
export function gone(member: Member, generation: number, env: RolloutEnv): Member {
  if (member.release !== null || member.state !== 'in_flight' || generation < member.generation) return member;
  return moveTo(member, 'succeeded', env);
}

export function expire(member: Member, env: RolloutEnv): Member {
  if (member.deadlineAtMs === null || env.nowMs < member.deadlineAtMs) return member;
  if (member.state === 'soaking') return moveTo(member, 'succeeded', env);
  if (member.state !== 'in_flight') return member;
  return moveTo({ ...member, message: 'said nothing final before its deadline' }, 'timed_out', env);
}

/** Something that the control plane itself saw: it counts only while the device soaks. */
export function fallIll(member: Member, code: WatchCode, message: string, env: RolloutEnv): Member {
  return member.state === 'soaking' ? moveTo({ ...member, code, message }, 'unhealthy', env) : member;
}

export function leave(member: Member, reason: string, env: RolloutEnv): Member {
  return FINAL_MEMBER_STATES.has(member.state) ? member : moveTo({ ...member, message: reason }, 'skipped', env);
}

function reportInFlight(member: Member, said: DeploymentReport, timing: MemberTiming, env: RolloutEnv): Member {
  const told = tell(member, said);
  switch (said.deployment) {
    case 'healthy':
      if (isSick(said)) return moveTo(told, 'unhealthy', env);
      return timing.soakMs > 0
        ? moveTo(told, 'soaking', env, env.nowMs + timing.soakMs)
        : moveTo(told, 'succeeded', env);
    case 'failed':
    case 'reverted':
    case 'rejected':
      return moveTo(told, said.deployment, env);
    default:
      return isSameNews(member, told)
        ? member
        : { ...told, updatedAtMs: env.nowMs, deadlineAtMs: deadlineOf(member, told, timing, env) };
  }
}

function isSameNews(member: Member, told: Member): boolean {
  return member.deployment === told.deployment && isHeld(member) === isHeld(told);
}

function isSick({ code }: DeploymentReport): boolean {
  return code !== undefined && code !== null && SICK_CODES.has(code);
}

function isHeld({ code }: Member): boolean {
  return code !== null && HOLD_CODES.has(code);
}

/** The deadline counts the device's own work: it rests while the device holds back, and begins anew afterwards. */
function deadlineOf(member: Member, told: Member, timing: MemberTiming, env: RolloutEnv): number | null {
  if (isHeld(told)) return env.nowMs + Math.max(HELD_DEADLINE_MS, timing.deadlineMs);
  return isHeld(member) ? env.nowMs + timing.deadlineMs : member.deadlineAtMs;
}

/** Only a fall from healthy counts: an earlier step that arrives late (probing, say) is old news. */
function reportSoaking(member: Member, said: DeploymentReport, env: RolloutEnv): Member {
  switch (said.deployment) {
    case 'failed':
    case 'reverting':
    case 'reverted':
    case 'rejected':
      return moveTo(tell(member, said), 'unhealthy', env);
    case 'healthy':
      return isSick(said) ? moveTo(tell(member, said), 'unhealthy', env) : member;
    default:
      return member;
  }
}

function tell(member: Member, said: DeploymentReport): Member {
  return {
    ...member,
    deployment: said.deployment,
    code: said.code ?? null,
    message: said.message ?? null,
    variant: said.variant ?? member.variant,
  };
}

function moveTo(member: Member, state: MemberState, env: RolloutEnv, deadlineAtMs: number | null = null): Member {
  return { ...member, state, updatedAtMs: env.nowMs, deadlineAtMs };
}
