import type { MemberState, RolloutId } from '@wherry/protocol';
import type { Work } from '../transact.ts';
import { RolloutRun } from './rollout-run.ts';

/** Members that leave first are those that are not assigned: a slot that frees must not go to one that leaves as well. */
export const NOT_ASSIGNED: readonly MemberState[] = ['pending', 'waiting'];
const ASSIGNED: readonly MemberState[] = ['in_flight', 'soaking'];

/** Takes devices out of every rollout in which they have no verdict yet. */
export async function leaveRollouts(work: Work, devices: readonly string[], reason: string): Promise<void> {
  const states = [...NOT_ASSIGNED, ...ASSIGNED];
  await leave(work, await work.repositories.rollouts.having(work.tenant, devices, states), reason);
}

/**
 * The rollout that begins last has the devices: they leave the others of its app that have begun. Of members in these states, at most as
 * many as the limit; returns how many that were.
 */
export async function takeOver(
  work: Work,
  rollout: { readonly id: RolloutId; readonly app: string },
  states: readonly MemberState[] = [...NOT_ASSIGNED, ...ASSIGNED],
  limit = Number.MAX_SAFE_INTEGER,
): Promise<number> {
  const held = await work.repositories.rollouts.heldByOthers(work.tenant, rollout, states, limit);
  await leave(work, held, `taken over by the newer rollout ${rollout.id}`);
  return held.length;
}

async function leave(
  work: Work,
  members: readonly { readonly rollout: RolloutId; readonly device: string }[],
  reason: string,
): Promise<void> {
  for (const [id, rows] of Map.groupBy(members, ({ rollout }) => rollout)) {
    const run = await RolloutRun.open(work, id);
    if (!run) continue;
    const names = rows.map(({ device }) => device);
    await run.load(names);
    await run.feedTogether(async () => {
      for (const some of [NOT_ASSIGNED, ASSIGNED])
        for (const name of names) {
          const member = run.member(name);
          if (member && some.includes(member.state)) await run.feed({ type: 'left', member, reason });
        }
    });
    await run.save();
  }
}
