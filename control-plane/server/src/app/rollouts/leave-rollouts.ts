import type { MemberState } from '@wherry/protocol';
import type { Work } from '../transact.ts';
import { RolloutRun } from './rollout-run.ts';

/** Members that leave first are those that are not assigned: a slot that frees must not go to one that leaves as well. */
const NOT_ASSIGNED: readonly MemberState[] = ['pending', 'waiting'];
const ASSIGNED: readonly MemberState[] = ['in_flight', 'soaking'];

/** Takes devices out of the rollouts in which they have no verdict yet; only those of one app when it is given. */
export async function leaveRollouts(
  work: Work,
  devices: readonly string[],
  reason: string,
  app?: string,
): Promise<void> {
  const having = await work.repositories.rollouts.having(work.tenant, devices, [...NOT_ASSIGNED, ...ASSIGNED], app);
  for (const [id, rows] of Map.groupBy(having, ({ rollout }) => rollout)) {
    const run = await RolloutRun.open(work, id);
    if (!run) continue;
    const names = rows.map(({ device }) => device);
    await run.load(names);
    for (const states of [NOT_ASSIGNED, ASSIGNED])
      for (const name of names) {
        const member = run.member(name);
        if (member && states.includes(member.state)) await run.feed({ type: 'left', member, reason });
      }
    await run.save();
  }
}
