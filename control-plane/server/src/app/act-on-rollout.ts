import { canRollout, type Outcome, type Rollout, type RolloutAction, refuse, succeed } from '@wherry/protocol';
import { isSameOperator, isSecondDue } from '../domain/rollouts/approval.ts';
import type { RolloutEvent, RolloutHeader } from '../domain/rollouts/model.ts';
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
    const own = refuseOwn(run.record.header, event, id);
    if (own) return own;
    if (event.type === 'approve' && event.wave !== currentWave)
      return refuse(
        'not_allowed_in_state',
        `rollout ${id} waits before wave ${currentWave + 1}, not ${event.wave + 1}; look again, then approve that one`,
        { path: '/wave' },
      );
    await run.feed(event);
    if (BEGINS.has(action)) await takeInMissed(work, run);
    const { by: _, ...asked } = { by: null, ...event };
    await audit(work, caller, action === 'publish' ? 'publish_draft' : `${action}_rollout`, id, {
      from: state,
      verdict,
      ...asked,
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

/** Code: own_approval. Resuming approves as well. */
function refuseOwn(header: RolloutHeader, event: RolloutEvent, id: string): Outcome<never> | null {
  if (event.type !== 'approve' && event.type !== 'resume') return null;
  const { state, second, currentWave } = header;
  if (state !== 'awaiting_approval' || !second || !isSecondDue(header, currentWave)) return null;
  const { requestedBy, aboveDevices } = second;
  if (!isSameOperator(requestedBy, event.by ?? null)) return null;
  return refuse(
    'own_approval',
    `${requestedBy.operator} made rollout ${id}, which goes above what one operator may move alone (${aboveDevices}): another operator has to approve it`,
  );
}
