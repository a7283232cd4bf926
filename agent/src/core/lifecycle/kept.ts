import type { DeploymentRecord, ReleaseFacts } from './state.ts';

/** Digests that something on this device still needs: everything else may be collected. The last good release always is (A2). */
export interface Kept {
  readonly releases: ReadonlySet<string>;
  readonly blobs: ReadonlySet<string>;
}

/** Phases in which the target is no longer needed: it was given up. */
const GIVEN_UP: ReadonlySet<string> = new Set(['reverting', 'reverted', 'rejected', 'failed']);

/** Null while it is not known what some deployment needs: nothing may be collected then. */
export function keptDigests(records: Iterable<DeploymentRecord>): Kept | null {
  const releases = new Set<string>();
  const blobs = new Set<string>();
  const keep = (release: string, facts: ReleaseFacts | null) => {
    releases.add(release);
    for (const { artifact } of facts?.variants ?? []) if (artifact !== null) blobs.add(artifact.digest);
  };
  for (const { phase, target, good } of records) {
    if (phase === 'waiting') return null;
    if (good !== null) keep(good.workload.release, good.facts);
    if (!GIVEN_UP.has(phase)) keep(target.workload.release, target.facts);
  }
  return { releases, blobs };
}
