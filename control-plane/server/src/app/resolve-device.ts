import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findDevice } from './find-device.ts';
import { joinGrowing } from './rollouts/join-growing.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';
import { deviceViews } from './views/device-view.ts';

/** An operator's word that a device is what it says: one that was set aside comes back, or one whose certificate expired gets the next. */
export const resolveDevice: UseCase<'resolveDevice'> = async (context, caller, { params }) => {
  const { tenant } = caller;
  const resolved = await transact(context, tenant, async (work) => {
    const { repositories, nowMs } = work;
    const found = await findDevice(repositories, tenant, params.device);
    if (!found.ok) return found;
    const { device } = found.value;
    const standing = (await repositories.standings.findMany(tenant, [device])).get(device);
    const renewal = standing?.renewal?.approvedAtMs === null ? standing.renewal : null;
    const isSetAside = standing !== undefined && standing.quarantinedAtMs !== null;
    if (!renewal && !isSetAside)
      return refuse('not_allowed_in_state', `there is nothing to decide about ${device}: it was not set aside`);
    if (isSetAside) {
      await repositories.standings.setQuarantine(tenant, device, null);
      // Both machines' starts are forgotten: whichever is left may be the one that spoke first.
      await repositories.standings.setBoots(tenant, device, null, []);
      await joinGrowing(work, device);
      work.stale.add(device);
    }
    if (renewal) await repositories.standings.setRenewal(tenant, device, { ...renewal, approvedAtMs: nowMs });
    await audit(work, caller, 'resolve_device', device, { cloned: isSetAside, renewal: renewal !== null });
    work.changes.push({ type: 'device', device });
    const [view] = await deviceViews(repositories, tenant, [found.value]);
    return view ? succeed(view) : refuse('internal', 'a device without a view');
  });
  if (resolved.ok) await context.broker.refresh?.();
  return resolved;
};
