import type { DesiredState, DesiredWorkload, DeviceId } from '@wherry/protocol';
import { APP } from '../device/disk.ts';
import { TENANT } from '../wire.ts';
import type { Assignment } from './store.ts';
import type { Work } from './work.ts';

/** Composes the desired state of each device whose assignment changed, under its next generation, in the same transaction. */
const VALID_MS = 7 * 86_400_000;
const USAGE_EVERY_MS = 300_000;

export function writeDesired(work: Work): void {
  for (const name of work.stale) {
    const row = work.device(name);
    const generation = work.world.machines.server.nextGeneration(row);
    const state: DesiredState = {
      tenant: TENANT,
      device: name as DeviceId,
      generation,
      issuedAtMs: work.nowMs,
      expiresAtMs: work.nowMs + VALID_MS,
      workloads: row.assignment === null ? [] : workloadOf(row.assignment),
      usageEveryMs: USAGE_EVERY_MS,
    };
    const document = { state, digest: `${name}/${work.world.newNumber()}` };
    work.change(name, { desiredGeneration: generation, document, sendAtMs: work.nowMs + 10_000, tries: 0 });
  }
}

function workloadOf({ release, version, attempt, rollout, isRollback, terms }: Assignment): DesiredWorkload[] {
  if (release === null || version === null) return [];
  const base = { app: APP as DesiredWorkload['app'], version, release, config: {}, attempt, rollout, ...terms };
  return [isRollback ? { ...base, rollback: true } : base];
}
