import { statSync } from 'node:fs';
import { basesIn } from '../core/delta-base.ts';
import type { Env } from '../core/lifecycle/env.ts';
import type { LifecycleEvent } from '../core/lifecycle/events.ts';
import type { Confirmed, Deployment, ReleaseFacts } from '../core/lifecycle/state.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { Clock } from './clock.ts';
import type { DeltaSizes } from './downloading/delta-sizes.ts';
import type { Nearby } from './downloading/nearby.ts';
import type { Links } from './links.ts';
import type { TimeZones } from './time-zone.ts';

/** What a step of one app may know of time zones, links and blobs; asked for only where its terms or release need it. */
export type Surroundings = (state: Deployment | null, event: LifecycleEvent) => Pick<Env, 'zone' | 'link'>;

export interface SurroundingsOptions {
  readonly zones: TimeZones;
  readonly links: Links;
  readonly blobs: BlobStore;
  readonly deltaSizes: DeltaSizes;
  readonly nearby: Nearby;
  readonly clock: Clock;
}

export function createSurroundings(options: SurroundingsOptions): Surroundings {
  const { zones, links, blobs, deltaSizes, nearby, clock } = options;

  function loads(facts: ReleaseFacts | null, good: Confirmed | null) {
    const digests = (facts?.variants ?? []).flatMap(({ artifact }) => (artifact === null ? [] : [artifact.digest]));
    const each = <T>(of: (digest: string) => T) => Object.fromEntries(digests.map((digest) => [digest, of(digest)]));
    const hasBase = (digest: string) =>
      facts !== null && good !== null && basesIn(good, facts, digest).some((base) => blobs.has(base));
    return {
      presentBytes: each((digest) => presentBytes(blobs, digest)),
      deltas: each((digest) => (hasBase(digest) ? deltaSizes.of(digest) : 'none')),
      near: each(nearby.mayHave),
    };
  }

  return (state, event) => {
    const target = state?.record.target;
    const window = event.type === 'desired' ? event.workload?.window : target?.workload.window;
    const facts = event.type === 'release_fetched' ? event.facts : (target?.facts ?? null);
    const isLoading = state !== null && (state.record.phase === 'waiting' || state.record.phase === 'downloading');
    return {
      ...(window === undefined ? {} : { zone: zones.offsets(window.timeZone, clock.nowMs()) }),
      ...(isLoading ? { link: { ...links.facts(), ...loads(facts, state.record.good) } } : {}),
    };
  };
}

function presentBytes(blobs: BlobStore, digest: string): number {
  const path = blobs.has(digest) ? blobs.path(digest) : blobs.partialPath(digest);
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
