import type { MemberState, RolloutId } from '@wherry/protocol';
import type { Work } from '../transact.ts';
import { leaveRollouts } from './leave-rollouts.ts';
import { RolloutRun } from './rollout-run.ts';

const TO_COME: readonly MemberState[] = ['pending', 'waiting'];
const PAGE_ROWS = 1_000;

/** Opens a rollout that an event may begin: when it begins, its devices leave the rollouts of the app that have begun before. */
export async function openToBegin(work: Work, id: RolloutId | string): Promise<RolloutRun | null> {
  return await RolloutRun.open(work, id, async ({ app }) => {
    const devices: string[] = [];
    for (let after = -1; ; ) {
      const page = await work.repositories.rollouts.inStates(work.tenant, id, TO_COME, after, PAGE_ROWS);
      devices.push(...page.map(({ member }) => member.device));
      const last = page[page.length - 1];
      if (!last || page.length < PAGE_ROWS) break;
      after = last.position;
    }
    await leaveRollouts(work, devices, `taken over by the newer rollout ${id}`, { app, except: id });
  });
}
