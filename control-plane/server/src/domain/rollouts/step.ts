import { type Approver, approveWave, isClosed } from './approval.ts';
import { countJoined, dismissWaiting, recount } from './counts.ts';
import { assignable, evaluate } from './evaluate.ts';
import { failuresOf } from './gates.ts';
import { expire, fallIll, gone, hear, leave, report, takePicked } from './member.ts';
import type {
  LimitChange,
  Member,
  RolloutEffect,
  RolloutEnv,
  RolloutEvent,
  RolloutHeader,
  RolloutStep,
} from './model.ts';
import { changePace, spend } from './pace.ts';
import { withWake } from './wake.ts';

/**
 * One step of a rollout (docs/specs/rollout.md). Total: an event that a state does not know changes nothing. The shell saves
 * header and members together by compare-and-swap, then performs the effects; `pick` is answered by the event `picked`.
 */
export function step(rollout: RolloutHeader, event: RolloutEvent, env: RolloutEnv): RolloutStep {
  const next = react(rollout, event, env);
  return { ...next, rollout: withWake(next.rollout, env) };
}

function react(rollout: RolloutHeader, event: RolloutEvent, env: RolloutEnv): RolloutStep {
  switch (event.type) {
    case 'prepared':
      return rollout.state === 'preparing' ? prepared(rollout, env) : unchanged(rollout);
    case 'start':
      return rollout.state === 'draft' || rollout.state === 'scheduled' ? begin(rollout, env) : unchanged(rollout);
    case 'tick':
      return rollout.state === 'scheduled' ? begin(rollout, env) : evaluated(rollout, [], env);
    case 'pause':
      return canPause(rollout) ? evaluated({ ...rollout, state: 'paused' }, [], env) : unchanged(rollout);
    case 'resume':
      return resume(rollout, event.by ?? null, env);
    case 'approve':
      return approve(rollout, event.wave, event.by ?? null, env);
    case 'guard':
      return rollout.beganAtMs === null ? unchanged({ ...rollout, second: event.second }) : unchanged(rollout);
    case 'update':
      return update(rollout, event.limits, env);
    case 'abort':
      return abort(rollout, event.reached, env);
    case 'picked':
      return picked(rollout, event, env);
    case 'joined':
      return joined(rollout, event.member, env);
    case 'heard':
      return moved(rollout, event.member, hear(event.member, env), env);
    case 'reported':
      return moved(rollout, event.member, report(event.member, event.report, rollout, env), env);
    case 'gone':
      return moved(rollout, event.member, gone(event.member, event.generation, env), env);
    case 'unwell':
      return moved(rollout, event.member, fallIll(event.member, event.code, event.message, env), env);
    case 'deadline':
      return moved(rollout, event.member, expire(event.member, env), env);
    case 'left':
      return moved(rollout, event.member, leave(event.member, event.reason, env), env);
  }
}

/** A draft from here on, which begins at once unless it is to stay one. */
function prepared({ startsWhenPrepared, ...rollout }: RolloutHeader, env: RolloutEnv): RolloutStep {
  const draft: RolloutHeader = { ...rollout, state: 'draft' };
  return startsWhenPrepared ? begin(draft, env) : unchanged(draft);
}

/** Runs, or waits for its time. Its devices leave older rollouts only when it runs. */
function begin(rollout: RolloutHeader, env: RolloutEnv): RolloutStep {
  if (rollout.startAtMs !== null && env.nowMs < rollout.startAtMs)
    return unchanged(rollout.state === 'scheduled' ? rollout : { ...rollout, state: 'scheduled' });
  if (rollout.beganAtMs !== null) return evaluated({ ...rollout, state: 'running' }, [], env);
  const pace = rollout.pace && { ...rollout.pace, creditAtMs: env.nowMs };
  const next = evaluate({ ...rollout, state: 'running', beganAtMs: env.nowMs, pace }, env);
  return { ...next, members: [], effects: [{ type: 'supersede' }, ...next.effects] };
}

function canPause({ state }: RolloutHeader): boolean {
  return state === 'running' || state === 'scheduled' || state === 'awaiting_approval';
}

/** After a halt this acknowledges every failure known so far, in all waves. */
function resume(rollout: RolloutHeader, by: Approver | null, env: RolloutEnv): RolloutStep {
  if (rollout.state === 'paused') return begin(rollout, env);
  if (rollout.state === 'awaiting_approval') return approve(rollout, rollout.currentWave, by, env);
  if (rollout.state !== 'halted') return unchanged(rollout);
  const waves = rollout.waves.map((wave) => {
    return { ...wave, acknowledged: failuresOf(wave), failedDevices: [], failureCodes: {} };
  });
  return evaluated({ ...rollout, state: 'running', waves, verdict: null }, [], env);
}

/** Only the wave that is waited for: an approval that comes twice does not let the next one begin. */
function approve(rollout: RolloutHeader, index: number, by: Approver | null, env: RolloutEnv): RolloutStep {
  if (rollout.state !== 'awaiting_approval' || index !== rollout.currentWave) return unchanged(rollout);
  const approved = approveWave(rollout, index, by);
  if (isClosed(approved, index)) return unchanged(rollout);
  return evaluated({ ...approved, state: 'running' }, [], env);
}

function update(rollout: RolloutHeader, limits: LimitChange, env: RolloutEnv): RolloutStep {
  if (rollout.state === 'completed' || rollout.state === 'aborted') return unchanged(rollout);
  const { maxInFlight, deadlineMs, soakMs } = rollout;
  return evaluated(
    {
      ...rollout,
      maxInFlight: limits.maxInFlight ?? maxInFlight,
      deadlineMs: limits.deadlineMs ?? deadlineMs,
      soakMs: limits.soakMs ?? soakMs,
      pace: limits.pace === undefined ? rollout.pace : changePace(rollout, limits.pace, env),
    },
    [],
    env,
  );
}

/** What was not begun and is no schedule yet looks at all devices when it begins. */
const TAKES_IN: ReadonlySet<RolloutHeader['state']> = new Set([
  'scheduled',
  'running',
  'paused',
  'halted',
  'awaiting_approval',
  'completed',
]);

/** A device that came to match: it is judged with the last wave, also when that was passed. */
function joined(rollout: RolloutHeader, member: Member, env: RolloutEnv): RolloutStep {
  if (!rollout.isDynamic || !TAKES_IN.has(rollout.state)) return unchanged(rollout);
  const last: Member = { ...member, wave: rollout.waves.length - 1, state: 'pending', updatedAtMs: env.nowMs };
  return evaluated(countJoined(rollout, last), [last], env);
}

/** Devices in flight go on to their verdicts, which are counted but decide nothing any more. */
function abort(rollout: RolloutHeader, reached: 'keep' | 'revert', env: RolloutEnv): RolloutStep {
  if (rollout.state === 'completed' || rollout.state === 'aborted') return unchanged(rollout);
  const effects: RolloutEffect[] =
    reached === 'revert' ? [{ type: 'dismiss' }, { type: 'revert' }] : [{ type: 'dismiss' }];
  const aborted: RolloutHeader = { ...dismissWaiting(rollout), state: 'aborted', finishedAtMs: env.nowMs };
  return { rollout: aborted, members: [], effects };
}

/** R1, R2 and R7 are kept here: whatever was picked, only a rollout that assigns takes it, and only into free slots. */
function picked(
  rollout: RolloutHeader,
  event: Extract<RolloutEvent, { type: 'picked' }>,
  env: RolloutEnv,
): RolloutStep {
  if (rollout.state !== 'running' && rollout.state !== 'completed') return unchanged(rollout);
  let header = rollout;
  let free = assignable(rollout, env);
  const members: Member[] = [];
  for (const one of event.picked) {
    if (one.member.state !== 'pending') continue;
    const needsSlot = one.isOnline && one.skip === undefined;
    if (needsSlot && free === 0) continue;
    const wave = event.isBorrowing ? rollout.currentWave : one.member.wave;
    const member = takePicked(one, wave, rollout, env);
    header = recount(header, one.member, member);
    if (needsSlot) free -= 1;
    members.push(member);
  }
  const devices = members.filter((member) => member.state === 'in_flight').map((member) => member.device);
  const effects: RolloutEffect[] = devices.length > 0 ? [{ type: 'assign', devices }] : [];
  const next = evaluate(spend(header, devices.length, env), env, members.length === 0);
  return { rollout: next.rollout, members, effects: [...effects, ...next.effects] };
}

function moved(rollout: RolloutHeader, before: Member, after: Member, env: RolloutEnv): RolloutStep {
  if (before === after) return evaluateOnHeard(rollout, before, env);
  return evaluated(recount(rollout, before, after), [after], env);
}

/** A rollout that nobody could be reached of looks again when any of its devices is heard. */
function evaluateOnHeard(rollout: RolloutHeader, member: Member, env: RolloutEnv): RolloutStep {
  return member.state === 'pending' ? evaluated(rollout, [], env) : unchanged(rollout);
}

function evaluated(rollout: RolloutHeader, members: readonly Member[], env: RolloutEnv): RolloutStep {
  return { ...evaluate(rollout, env), members };
}

function unchanged(rollout: RolloutHeader): RolloutStep {
  return { rollout, members: [], effects: [] };
}
