import {
  FAILURE_STATES,
  FINAL_MEMBER_STATES,
  type Member,
  type RolloutEvent,
  type RolloutHeader,
} from '@wherry/server/domain';
import type { Rule } from '../violations.ts';

/** What one step may do to one member, whatever the machine thinks: rules R2, R5, R6 and R7. */
export interface BrokenStep {
  readonly rule: Rule;
  readonly message: string;
}

export function brokenByStep(
  header: RolloutHeader,
  event: RolloutEvent,
  before: Member | undefined,
  after: Member,
  isOnline: boolean,
): readonly BrokenStep[] {
  const broken: BrokenStep[] = [];
  const { device } = after;
  if (before !== undefined && FINAL_MEMBER_STATES.has(before.state) && before.state !== after.state)
    broken.push({ rule: 'R5', message: `${device} had its verdict ${before.state} and became ${after.state}` });
  if (before?.state !== after.state && event.type === 'reported' && !isAbout(event, before))
    broken.push({ rule: 'R5', message: `${device} became ${after.state} by a report of another release or attempt` });
  const isFailure = FAILURE_STATES.has(after.state) && before !== undefined && !FAILURE_STATES.has(before.state);
  if (isFailure && before.state !== 'in_flight' && before.state !== 'soaking')
    broken.push({ rule: 'R6', message: `${device} was ${before.state}, holds no slot, and counts as ${after.state}` });
  if (after.state !== 'in_flight' || before?.state === 'in_flight') return broken;
  if (header.state === 'paused' || header.state === 'awaiting_approval')
    broken.push({ rule: 'R2', message: `${device} was assigned while the rollout was ${header.state}` });
  if (header.state === 'halted' || header.state === 'aborted')
    broken.push({ rule: 'R7', message: `${device} was assigned after the rollout was ${header.state}` });
  if (header.state === 'draft' || header.state === 'scheduled')
    broken.push({ rule: 'R11', message: `${device} was assigned while the rollout was ${header.state}` });
  const wave = header.waves[after.wave];
  if (wave?.needsApproval && !wave.isApproved)
    broken.push({ rule: 'R8', message: `${device} was assigned in wave ${after.wave + 1}, which nobody has approved` });
  if (!isOnline) broken.push({ rule: 'R6', message: `${device} is offline and was given a slot` });
  if (after.deadlineAtMs === null) broken.push({ rule: 'R6', message: `${device} is in flight without a deadline` });
  return broken;
}

function isAbout({ report }: Extract<RolloutEvent, { type: 'reported' }>, member: Member | undefined): boolean {
  return (
    member !== undefined && member.attempt > 0 && report.release === member.release && report.attempt === member.attempt
  );
}
