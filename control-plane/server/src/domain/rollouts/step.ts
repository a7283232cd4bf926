import { dismissWaiting, freeSlots, recount } from './counts.ts';
import { evaluate } from './evaluate.ts';
import { failuresOf } from './gates.ts';
import { expire, gone, hear, leave, report, takePicked } from './member.ts';
import type { Member, RolloutEffect, RolloutEnv, RolloutEvent, RolloutHeader, RolloutStep } from './model.ts';

/**
 * One step of a rollout (docs/specs/rollout.md). Total: an event that a state does not know changes nothing. The shell saves
 * header and members together by compare-and-swap, then performs the effects; `pick` is answered by the event `picked`.
 */
export function step(rollout: RolloutHeader, event: RolloutEvent, env: RolloutEnv): RolloutStep {
  switch (event.type) {
    case 'start':
      return canStart(rollout) ? evaluated({ ...rollout, state: 'running' }, [], env) : unchanged(rollout);
    case 'pause':
      return canPause(rollout) ? evaluated({ ...rollout, state: 'paused' }, [], env) : unchanged(rollout);
    case 'resume':
      return resume(rollout, env);
    case 'abort':
      return abort(rollout, event.reached, env);
    case 'picked':
      return picked(rollout, event, env);
    case 'heard':
      return moved(rollout, event.member, hear(event.member, env), env);
    case 'reported':
      return moved(rollout, event.member, report(event.member, event.report, rollout, env), env);
    case 'gone':
      return moved(rollout, event.member, gone(event.member, event.generation, env), env);
    case 'deadline':
      return moved(rollout, event.member, expire(event.member, env), env);
    case 'left':
      return moved(rollout, event.member, leave(event.member, event.reason, env), env);
  }
}

function canStart({ state }: RolloutHeader): boolean {
  return state === 'draft' || state === 'scheduled';
}

function canPause({ state }: RolloutHeader): boolean {
  return state === 'running' || state === 'scheduled';
}

/** After a halt this acknowledges every failure known so far, in all waves. */
function resume(rollout: RolloutHeader, env: RolloutEnv): RolloutStep {
  const running: RolloutHeader = { ...rollout, state: 'running' };
  if (rollout.state === 'paused' || rollout.state === 'awaiting_approval') return evaluated(running, [], env);
  if (rollout.state !== 'halted') return unchanged(rollout);
  const waves = rollout.waves.map((wave) => ({ ...wave, acknowledged: failuresOf(wave), failedDevices: [] }));
  return evaluated({ ...running, waves, verdict: null }, [], env);
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
  let free = freeSlots(rollout);
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
  const next = evaluate(header, env, members.length === 0);
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
