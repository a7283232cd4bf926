import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { prepareStaged } from './rollouts/prepare-staged.ts';

/** Goes on with rollouts whose members are staged, the oldest first; returns how many are prepared now. */
export async function prepareRollouts(context: AppContext): Promise<number> {
  let prepared = 0;
  const { store, clock } = context;
  for (const { tenant, rollout } of await store.rollouts.toPrepare(clock.nowMs(), APP_LIMITS.prepareBatch))
    if (await prepareStaged(context, tenant, rollout)) prepared += 1;
  return prepared;
}
