import { statSync } from 'node:fs';
import type { Env } from '../core/lifecycle/env.ts';
import type { LifecycleEvent } from '../core/lifecycle/events.ts';
import type { Deployment, ReleaseFacts } from '../core/lifecycle/state.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { Clock } from './clock.ts';
import type { Links } from './links.ts';
import type { TimeZones } from './time-zone.ts';

/** What a step of one app may know of time zones, links and blobs; asked for only where its terms or release need it. */
export type Surroundings = (state: Deployment | null, event: LifecycleEvent) => Pick<Env, 'zone' | 'link'>;

export function createSurroundings(zones: TimeZones, links: Links, blobs: BlobStore, clock: Clock): Surroundings {
  function present(facts: ReleaseFacts | null) {
    const digests = (facts?.variants ?? []).flatMap(({ artifact }) => (artifact === null ? [] : [artifact.digest]));
    return Object.fromEntries(digests.map((digest) => [digest, presentBytes(blobs, digest)]));
  }

  return (state, event) => {
    const target = state?.record.target;
    const window = event.type === 'desired' ? event.workload?.window : target?.workload.window;
    const facts = event.type === 'release_fetched' ? event.facts : (target?.facts ?? null);
    const isLoading = state !== null && (state.record.phase === 'waiting' || state.record.phase === 'downloading');
    return {
      ...(window === undefined ? {} : { zone: zones.offsets(window.timeZone, clock.nowMs()) }),
      ...(isLoading ? { link: { ...links.facts(), presentBytes: present(facts) } } : {}),
    };
  };
}

function presentBytes(blobs: BlobStore, digest: string): number {
  const path = blobs.has(digest) ? blobs.path(digest) : blobs.partialPath(digest);
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
