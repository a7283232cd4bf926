import { artifactsOf, DIGEST_PATTERN, type Release } from '@wherry/protocol';
import type { ReleaseRecord } from '../storage/port/releases.ts';
import { findBlob } from './blobs.ts';
import type { AppContext } from './context.ts';

/** A device that waits longer is better off with the blob itself. */
const WAIT_MS = 10_000;
/** Of an app's newest releases, those whose devices may get the next one. */
const BASES_CONSIDERED = 50;

/** Size in bytes of a delta between blobs that the tenant may both read, made if need be; null when there is none, or none yet. */
export async function findDelta(
  context: AppContext,
  tenant: string,
  base: string,
  digest: string,
): Promise<number | null> {
  if (!DIGEST_PATTERN.test(base) || !DIGEST_PATTERN.test(digest) || context.deltas === undefined) return null;
  for (const wanted of [base, digest]) if ((await findBlob(context, tenant, wanted)) === null) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS, null);
  });
  return Promise.race([context.deltas.find(base, digest), late]).finally(() => clearTimeout(timer));
}

/**
 * Makes ahead what most devices will ask for: from the release of the app that most of them run to the new one, variant by variant.
 * Whoever runs another gets its delta made when it asks.
 */
export async function prepareDeltas(
  context: AppContext,
  { tenant, app, digest, payload }: ReleaseRecord,
): Promise<void> {
  if (context.deltas === undefined) return;
  const { items } = await context.store.releases.list(tenant, { app }, { limit: BASES_CONSIDERED });
  const others = items.filter((other) => other.digest !== digest);
  const running = await context.store.workloads.runningOn(
    tenant,
    others.map((other) => other.digest),
  );
  const [common] = others.toSorted((a, b) => (running.get(b.digest) ?? 0) - (running.get(a.digest) ?? 0));
  if (common === undefined) return;
  for (const [base, blob] of pairs(common.payload, payload)) await context.deltas.find(base, blob);
}

/** Artifacts of the same kind of variant, in order. */
function pairs(before: Release, after: Release): [string, string][] {
  return (['wasm', 'container'] as const).flatMap((kind) => {
    const digests = ({ variants }: Release) =>
      artifactsOf(variants.filter((v) => v.kind === kind)).map(({ digest }) => digest);
    const old = digests(before);
    return digests(after).flatMap((blob, i): [string, string][] => {
      const base = old[i] ?? old[0];
      return base === undefined || base === blob ? [] : [[base, blob]];
    });
  });
}
