import type { WorkloadStatus } from '@wherry/protocol';
import type { WorkloadChange } from '../port/workloads.ts';

/** Where something was said: the ordinal of the start of the device, then the number in it. */
export interface Said {
  readonly bootOrdinal: number;
  readonly seq: number;
}

export interface Folded {
  /** By app; null: it is gone. */
  readonly apps: Map<string, { readonly status: WorkloadStatus | null; readonly said: Said }>;
  /** Where the whole was said, if it was: what is older and not named is forgotten. */
  whole: Said | null;
}

/**
 * What the changes of each device come to, whatever the order they came in: the newest of each app, nothing that is older than the newest
 * whole state.
 */
export function foldSaid(
  changes: readonly WorkloadChange[],
  saidAt: (change: WorkloadChange) => Said,
  floorOf: (device: string) => Said | undefined,
): Map<string, Folded> {
  const found = new Map<string, Folded>();
  const ordered = changes
    .map((change) => ({ change, said: saidAt(change) }))
    .sort((a, b) => compareSaid(a.said, b.said));
  for (const { change, said } of ordered) {
    const floor = floorOf(change.device);
    if (floor && compareSaid(said, floor) < 0) continue;
    const known = found.get(change.device);
    const now: Folded = change.isFull || !known ? { apps: new Map(), whole: change.isFull ? said : null } : known;
    found.set(change.device, now);
    for (const [app, status] of Object.entries(change.workloads)) now.apps.set(status?.app ?? app, { status, said });
  }
  return found;
}

export function compareSaid(a: Said, b: Said): number {
  return a.bootOrdinal - b.bootOrdinal || a.seq - b.seq;
}
