import type { DeviceId } from '@wherry/protocol';
import { matchesSelector, parseSelector } from '@wherry/protocol';
import { fitRelease } from '../../domain/releases/fitting.ts';
import type { DeviceRecord } from '../../storage/port/devices.ts';
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
    if (!run) continue;
    await joinMatching(work, run, [found]);
    await run.save();
  }
}

/** Devices that came to match between the plan of a dynamic rollout and its beginning. */
export async function takeInMissed(work: Work, run: RolloutRun): Promise<void> {
  const { header, id } = run.record;
  if (!header.isDynamic || header.state === 'preparing' || header.state === 'draft') return;
  const outside = await work.repositories.rollouts.outside(work.tenant, id);
  if (outside.length > 0) await joinMatching(work, run, await work.repositories.devices.findMany(work.tenant, outside));
}

async function joinMatching(work: Work, run: RolloutRun, devices: readonly DeviceRecord[]): Promise<void> {
  const selector = parseSelector(run.record.selector);
  const found = selector.ok ? devices.filter((device) => matchesSelector(selector.value, device)) : [];
  if (found.length === 0) return;
  const names = found.map(({ device }) => device);
  const standings = await work.repositories.standings.findMany(work.tenant, names);
  const matching = found.filter(({ device }) => !standings.get(device)?.quarantinedAtMs);
  const release = await work.repositories.releases.findByDigest(work.tenant, run.record.release);
  for (const { device, inventory } of matching)
    if (!release || fitRelease(release.payload, inventory).variant) await run.join(device);
}
