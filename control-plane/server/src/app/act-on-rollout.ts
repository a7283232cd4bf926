import { canRollout, type Outcome, type Rollout, type RolloutAction, refuse, succeed } from '@wherry/protocol';
import type { RolloutEvent } from '../domain/rollouts/model.ts';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { prepareSoon } from './prepare-soon.ts';
import { isToBegin, openToBegin, takeOverAhead } from './rollouts/begin-rollout.ts';
import { takeInMissed } from './rollouts/join-growing.ts';
import { startRevert } from './rollouts/start-revert.ts';
import { transact } from './transact.ts';
import type { Caller } from './use-cases.ts';
import { rolloutView } from './views/rollout-view.ts';

const BEGINS: ReadonlySet<RolloutAction> = new Set(['publish', 'resume']);

/** What everything that an operator does to a rollout has in common. Codes: not_found, not_allowed_in_state. */
export async function actOnRollout(
  context: AppContext,
  caller: Caller,
  id: string,
  action: RolloutAction,
  event: RolloutEvent,
): Promise<Outcome<Rollout>> {
  const before = await context.store.rollouts.find(caller.tenant, id);
  if (before && BEGINS.has(action) && canRollout(before.header.state, action))
    if (isToBegin(before.header, context.clock.nowMs())) await takeOverAhead(context, caller.tenant, id);
  const done = await transact(context, caller.tenant, async (work) => {
    const run = await openToBegin(work, id);
    if (!run) return refuse('not_found', `there is no rollout ${id}`);
    const { state, verdict, currentWave } = run.record.header;
    if (!canRollout(state, action))
      return refuse('not_allowed_in_state', `rollout ${id} is ${state}: it cannot ${action}`);
    if (event.type === 'approve' && event.wave !== currentWave)
      return refuse(
        'not_allowed_in_state',
        `rollout ${id} waits before wave ${currentWave + 1}, not ${event.wave + 1}; look again, then approve that one`,
        { path: '/wave' },
      );
    await run.feed(event);
    if (BEGINS.has(action)) await takeInMissed(work, run);
    await audit(work, caller, action === 'publish' ? 'publish_draft' : `${action}_rollout`, id, {
      from: state,
      verdict,
      ...event,
    });
    await run.save();
    if (run.isReverting) await startRevert(work, caller, run.record);
    const after = await work.repositories.rollouts.find(caller.tenant, id);
    return after ? succeed(rolloutView(after)) : refuse('internal', `rollout ${id} is gone`);
  });
  // The rollout that takes it back may be over as many devices.
  if (done.ok && event.type === 'abort') prepareSoon(context);
  return done;
}
