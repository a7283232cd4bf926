import type { Problem, Release, Variant } from '@wherry/protocol';
import { variantFacts } from '../core/fit.ts';
import type { WorkloadSpec } from '../runtimes/port.ts';
import type { Store } from '../store/store.ts';

/** A verified release, one of its variants and this device's settings, made into what a runtime takes. */
export function makeSpec(
  release: Release,
  releaseDigest: string,
  variant: Variant,
  config: Readonly<Record<string, string>>,
  store: Store,
): WorkloadSpec {
  const { artifact } = variantFacts(variant);
  return {
    app: release.app,
    release,
    releaseDigest,
    variant,
    config: fillConfig(release, config),
    artifactPath: artifact === null ? null : store.blobs.path(artifact.digest),
    dataPath: release.capabilities.dataBytes === undefined ? null : store.dataPath(release.app),
  };
}

/** Declared keys only: a setting for a key that the publisher did not declare goes nowhere. */
function fillConfig(release: Release, given: Readonly<Record<string, string>>): Record<string, string> {
  const filled: [string, string][] = [];
  for (const [key, field] of Object.entries(release.config)) {
    const value = Object.hasOwn(given, key) ? given[key] : field.default;
    if (value !== undefined) filled.push([key, value]);
  }
  return Object.fromEntries(filled);
}

export function firstProblem(problems: readonly Problem[]): Problem {
  return problems[0] ?? { code: 'internal', message: 'refused without a reason' };
}
