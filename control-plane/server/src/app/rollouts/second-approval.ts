import { canonicalJson } from '@wherry/protocol';
import type { SecondApproval } from '../../domain/rollouts/model.ts';
import type { RolloutRecord } from '../../storage/port/rollouts.ts';
import type { Repositories } from '../../storage/port.ts';
import type { Work } from '../transact.ts';
import type { RolloutRun } from './rollout-run.ts';

/** What is asked about: a rollout, or (id null) one that is only planned. */
type Asked = Pick<RolloutRecord, 'release' | 'reverts'> & { readonly id: string | null };

/**
 * Above how many devices a second operator must approve, by the tenant's rule; null when it has none. Devices that other rollouts
 * without such an approval brought the same release to count already, so that many small rollouts are not one large one. Going back
 * to what devices had before is never held up.
 */
export async function secondAbove(
  { tenants, devices, rollouts }: Repositories,
  tenant: string,
  { id, release, reverts }: Asked,
): Promise<number | null> {
  const { aboveShare } = (await tenants.settings(tenant)).approvals;
  if (aboveShare === null || reverts !== null) return null;
  const { total } = await devices.counts(tenant);
  const elsewhere = await rollouts.countUnseconded(tenant, release, id);
  return Math.max(0, Math.floor(aboveShare * total + ROUNDING) - elsewhere);
}

/** 0.07 × 100 is a little more than 7 in floating point, and 0.29 × 100 a little less than 29. */
const ROUNDING = 1e-9;

export async function secondFor(
  repositories: Repositories,
  tenant: string,
  asked: Asked,
  requestedBy: SecondApproval['requestedBy'],
): Promise<SecondApproval | null> {
  const aboveDevices = await secondAbove(repositories, tenant, asked);
  return aboveDevices === null ? null : { aboveDevices, requestedBy, approvedBy: null };
}

/** The rule as it is when a rollout begins, which may be long after it was made. */
export async function guardBeginning(work: Work, run: RolloutRun): Promise<void> {
  const { header, createdBy } = run.record;
  if (header.beganAtMs !== null) return;
  // The name alone, where it was made while there was no rule.
  const requestedBy = header.second?.requestedBy ?? { operator: createdBy, principal: '' };
  const second = await secondFor(work.repositories, work.tenant, run.record, requestedBy);
  if (canonicalJson(second) !== canonicalJson(header.second ?? null)) await run.feed({ type: 'guard', second });
}
