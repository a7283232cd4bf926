import { LIMITS } from '@wherry/protocol';
import type { VariantFacts } from './fit.ts';
import type { Confirmed, DeploymentRecord, ReleaseFacts } from './lifecycle/state.ts';

/**
 * From which blobs of this device could a wanted one be made? Those of the last good release of the app that wants it, of the same
 * kind of variant and of sizes that deltas are made for; the one that runs comes first.
 */
export function deltaBases(records: Iterable<DeploymentRecord>, digest: string): readonly string[] {
  for (const { target, good } of records)
    if (target.facts !== null && good !== null && findVariant(target.facts, digest) !== undefined)
      return basesIn(good, target.facts, digest);
  return [];
}

export function basesIn(
  good: Pick<Confirmed, 'facts' | 'variantAt'>,
  wantedBy: ReleaseFacts,
  digest: string,
): readonly string[] {
  const wanted = findVariant(wantedBy, digest);
  if (!wanted?.artifact) return [];
  const { kind, artifact } = wanted;
  const bases = inOrder(good.facts, good.variantAt)
    .filter((variant) => variant.kind === kind)
    .flatMap(({ artifact: base }) =>
      base !== null && base.digest !== digest && mayHaveDelta(base.sizeBytes, artifact.sizeBytes) ? [base.digest] : [],
    );
  return [...new Set(bases)];
}

/** Are these of sizes that deltas are made for? */
export function mayHaveDelta(baseBytes: number, wantedBytes: number): boolean {
  return Math.max(baseBytes, wantedBytes) <= LIMITS.deltaBytesMax && wantedBytes >= LIMITS.deltaBytesMin;
}

function findVariant({ variants }: ReleaseFacts, digest: string): VariantFacts | undefined {
  return variants.find(({ artifact }) => artifact?.digest === digest);
}

function inOrder({ variants }: ReleaseFacts, first: number): readonly VariantFacts[] {
  return [...variants.slice(first, first + 1), ...variants.slice(0, first), ...variants.slice(first + 1)];
}
