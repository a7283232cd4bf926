import { type DeviceId, succeed } from '@wherry/protocol';
import type { DeviceStanding, DeviceStandingRepository } from '../../storage/port/device-standings.ts';
import type { AppContext } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { leaveRollouts } from '../rollouts/leave-rollouts.ts';
import { transact, type Work } from '../transact.ts';
import { cutOff } from './cut-off.ts';
import { tellEvent } from './tell-event.ts';

/** What the birth of a session tells: which start of the device speaks. */
export interface DeviceStart {
  readonly device: string;
  readonly boot: string;
}

/**
 * Sees clones. Each start of an agent has a random id and is over when the next one begins, so a start that speaks again after
 * another has spoken is a second machine with the same identity. Such a device is set aside until an operator decides: neither
 * machine gets in, and no rollout counts on it. Births are told by the session itself, in order; reports of earlier starts, which a
 * device sends late as a matter of course, say nothing here.
 */
export async function noteStarts(context: AppContext, tenant: string, starts: readonly DeviceStart[]): Promise<void> {
  const news = await newsOf(context.store.standings, tenant, starts);
  if (news.length === 0) return;
  const noted = await transact(context, tenant, async (work) => succeed(await note(work, news)));
  if (noted.ok)
    await cutOff(
      context,
      noted.value.map((device) => ({ tenant, device })),
    );
}

/** A fleet that comes back tells what is known: that is found out without a transaction. */
async function newsOf(standings: DeviceStandingRepository, tenant: string, starts: readonly DeviceStart[]) {
  const known = await standings.findMany(tenant, namesOf(starts));
  return starts.filter(({ device, boot }) => known.get(device)?.boot !== boot);
}

/** Answers which devices were set aside. */
async function note(work: Work, starts: readonly DeviceStart[]): Promise<string[]> {
  const { standings } = work.repositories;
  const known = new Map<string, Starts>(await standings.findMany(work.tenant, namesOf(starts)));
  const cloned: string[] = [];
  for (const { device, boot } of starts) {
    const before = known.get(device) ?? NEVER_STARTED;
    const next = startsAfter(before, boot);
    if (next === 'over before' && before.quarantinedAtMs === null) {
      await setAside(work, device);
      known.set(device, { ...before, quarantinedAtMs: work.nowMs });
      cloned.push(device);
    } else if (typeof next === 'object') {
      await standings.setBoots(work.tenant, device, next.boot, next.formerBoots);
      known.set(device, next);
    }
  }
  return cloned;
}

function namesOf(starts: readonly DeviceStart[]): string[] {
  return [...new Set(starts.map(({ device }) => device))];
}

type Starts = Pick<DeviceStanding, 'boot' | 'formerBoots' | 'quarantinedAtMs'>;
const NEVER_STARTED: Starts = { boot: null, formerBoots: [], quarantinedAtMs: null };

function startsAfter(before: Starts, boot: string): Starts | 'goes on' | 'over before' {
  if (before.boot === boot) return 'goes on';
  if (before.formerBoots.includes(boot)) return 'over before';
  const former = before.boot === null ? before.formerBoots : [before.boot, ...before.formerBoots];
  return { ...before, boot, formerBoots: former.slice(0, APP_LIMITS.startsKept) };
}

async function setAside(work: Work, device: string): Promise<void> {
  const { tenant, nowMs, repositories } = work;
  await repositories.standings.setQuarantine(tenant, device, nowMs);
  await repositories.standings.endSessions([{ tenant, device }], nowMs);
  await leaveRollouts(work, [device], 'the device was set aside: two machines have its identity');
  await tellEvent(work, device, {
    severity: 'error',
    name: 'device_cloned',
    message: `two machines have the identity of ${device}, a copied card perhaps: it is set aside. Take the copy away, then "wherry device resolve ${device}", or give it a new identity with "wherry device reclaim ${device}"`,
  });
  work.changes.push({ type: 'device', device: device as DeviceId });
}
