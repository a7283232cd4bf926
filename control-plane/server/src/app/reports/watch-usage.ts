import { judgeUsage } from '../../domain/rollouts/watch.ts';
import type { UsageSample } from '../../storage/port/usage.ts';
import { RolloutRun } from '../rollouts/rollout-run.ts';
import type { Work } from '../transact.ts';

/** Holds what devices in soak use against what they used before. Only samples of the new release, of the time after it was healthy. */
export async function watchUsage(work: Work, samples: readonly UsageSample[]): Promise<void> {
  const ofApps = samples.filter(({ workload }) => workload !== null);
  if (ofApps.length === 0) return;
  const devices = [...new Set(ofApps.map(({ device }) => device))];
  const soaking = await work.repositories.rollouts.having(work.tenant, devices, ['soaking']);
  for (const [id, rows] of Map.groupBy(soaking, ({ rollout }) => rollout)) {
    const run = await RolloutRun.open(work, id);
    const watch = run?.record.header.watch;
    if (!run || !watch || (watch.memoryFactor === null && watch.cpuFactor === null)) continue;
    const names = rows.map(({ device }) => device);
    await run.load(names);
    const baselines = await work.repositories.rollouts.baselines(work.tenant, id, names);
    for (const { device, app, release, fromMs, toMs, workload } of ofApps) {
      const member = run.member(device);
      if (!member || !workload || app !== run.record.app || release !== member.release) continue;
      if (toMs <= member.updatedAtMs) continue;
      const now = { memoryBytes: workload.memoryBytes, cpuShare: workload.cpuMs / Math.max(1, toMs - fromMs) };
      const finding = judgeUsage(watch, baselines.get(device) ?? null, now);
      if (finding) await run.feed({ type: 'unwell', member, ...finding });
    }
    await run.save();
  }
}
