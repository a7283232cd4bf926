import type { VariantFacts } from './fit.ts';
import type { DeploymentRecord, ReleaseFacts } from './lifecycle/state.ts';

/**
 * From which blobs of this device could a wanted one be made? Those of the last good release of the app that wants it, of the same
 * kind of variant; the one that runs comes first.
 */
export function deltaBases(records: Iterable<DeploymentRecord>, digest: string): readonly string[] {
  for (const { target, good } of records) {
    const wanted = target.facts?.variants.find(({ artifact }) => artifact?.digest === digest);
    if (wanted === undefined || good === null) continue;
    const bases = inOrder(good.facts, good.variantAt)
      .filter(({ kind }) => kind === wanted.kind)
      .flatMap(({ artifact }) => (artifact === null || artifact.digest === digest ? [] : [artifact.digest]));
    return [...new Set(bases)];
  }
  return [];
}

function inOrder({ variants }: ReleaseFacts, first: number): readonly VariantFacts[] {
  return [...variants.slice(first, first + 1), ...variants.slice(0, first), ...variants.slice(first + 1)];
}
