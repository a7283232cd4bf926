import { succeed } from '@wherry/protocol';
import { judgeSilence } from '../domain/rollouts/watch.ts';
import type { AppContext } from './context.ts';
import { APP_LIMITS } from './limits.ts';
import { RolloutRun } from './rollouts/rollout-run.ts';
import { transact } from './transact.ts';

/** Finds devices that went away during their soak; returns how many were away for too long. */
export async function watchSoaks(context: AppContext): Promise<number> {
  const away = await context.store.rollouts.awayInSoak(context.clock.nowMs(), APP_LIMITS.awayBatch);
  let found = 0;
  for (const [tenant, ofTenant] of Map.groupBy(away, (row) => row.tenant))
    for (const [rollout, rows] of Map.groupBy(ofTenant, (row) => row.rollout)) {
      const since = new Map(rows.map(({ device, offlineSinceMs }) => [device, offlineSinceMs]));
      const ill = await transact(context, tenant, async (work) => {
        const run = await RolloutRun.open(work, rollout);
        if (!run) return succeed(0);
        const { watch } = run.record.header;
        const tooLong = [...since].flatMap(([device, sinceMs]) => {
          const finding = judgeSilence(watch, sinceMs, work.nowMs);
          return finding ? [{ device, finding }] : [];
        });
        await run.load(tooLong.map(({ device }) => device));
        for (const { device, finding } of tooLong) {
          const member = run.member(device);
          if (member) await run.feed({ type: 'unwell', member, ...finding });
        }
        await run.save();
        return succeed(tooLong.length);
      });
      if (ill.ok) found += ill.value;
    }
  return found;
}
