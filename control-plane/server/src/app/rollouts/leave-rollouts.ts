import type { MemberState, RolloutState } from '@wherry/protocol';
import type { Work } from '../transact.ts';
import { RolloutRun } from './rollout-run.ts';

/** Members that leave first are those that are not assigned: a slot that frees must not go to one that leaves as well. */
const NOT_ASSIGNED: readonly MemberState[] = ['pending', 'waiting'];
const ASSIGNED: readonly MemberState[] = ['in_flight', 'soaking'];
/** Has not begun: takes its devices over when it does. */
const TO_BEGIN: ReadonlySet<RolloutState> = new Set(['draft', 'scheduled']);

/**
 * Takes devices out of the rollouts in which they have no verdict yet. With `takeover` only out of those of its app that have begun:
 * the one that begins last has the devices.
 */
export async function leaveRollouts(
  work: Work,
  devices: readonly string[],
  reason: string,
  takeover?: { readonly app: string; readonly except: string },
): Promise<void> {
  const states = [...NOT_ASSIGNED, ...ASSIGNED];
  const having = await work.repositories.rollouts.having(work.tenant, devices, states, takeover?.app);
  for (const [id, rows] of Map.groupBy(having, ({ rollout }) => rollout)) {
    if (id === takeover?.except) continue;
    const run = await RolloutRun.open(work, id);
    if (!run || (takeover && TO_BEGIN.has(run.record.header.state))) continue;
    const names = rows.map(({ device }) => device);
    await run.load(names);
    for (const some of [NOT_ASSIGNED, ASSIGNED])
      for (const name of names) {
        const member = run.member(name);
        if (member && some.includes(member.state)) await run.feed({ type: 'left', member, reason });
      }
    await run.save();
  }
}
