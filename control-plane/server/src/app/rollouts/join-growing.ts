import type { DeviceId } from '@wherry/protocol';
import { matchesSelector, parseSelector } from '@wherry/protocol';
import { fitRelease } from '../../domain/releases/fitting.ts';
import type { Work } from '../transact.ts';
import { RolloutRun } from './rollout-run.ts';

/** A device that was claimed, or whose labels changed: joins the dynamic rollouts that it has come to match. */
export async function joinGrowing(work: Work, device: DeviceId): Promise<void> {
  const growing = await work.repositories.rollouts.growing(work.tenant);
  if (growing.length === 0) return;
  const [found] = await work.repositories.devices.findMany(work.tenant, [device]);
  if (!found) return;
  for (const id of growing) {
    const run = await RolloutRun.open(work, id);
    const selector = parseSelector(run?.record.selector ?? '');
    if (!run || !selector.ok || !matchesSelector(selector.value, found)) continue;
    const release = await work.repositories.releases.findByDigest(work.tenant, run.record.release);
    if (release && !fitRelease(release.payload, found.inventory).variant) continue;
    await run.join(device);
    await run.save();
  }
}
