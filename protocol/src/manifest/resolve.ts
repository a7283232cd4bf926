import { type Outcome, type Problem, succeed } from '../errors.ts';
import type { Manifest, ManifestVariant } from './parse.ts';
import { type Release, release } from './release.ts';

/** What publishing found out about the file of a variant. */
export interface ResolvedArtifact {
  readonly digest: string;
  readonly sizeBytes: number;
  /** `sha256:…` of the image's configuration: what an engine calls the image after loading the archive. Archives only. */
  readonly imageId?: string;
}

export interface Publication {
  /** By index of the variant; variants without a file of their own (images by reference) have none. */
  readonly artifacts: ReadonlyMap<number, ResolvedArtifact>;
  readonly releaseCounter: number;
  readonly publishedAtMs: number;
}

/** The release that will be signed. Code: invalid_manifest, when the parts do not make a release. */
export function resolveManifest(manifest: Manifest, publication: Publication): Outcome<Release> {
  const { app, version, notes, triggers, capabilities, limits, health, config, minIsolation, idle, swap } = manifest;
  const parsed = release.safeParse({
    app,
    version,
    releaseCounter: publication.releaseCounter,
    variants: manifest.variants.map((variant, i) => resolveVariant(variant, publication.artifacts.get(i))),
    triggers,
    capabilities,
    limits,
    health,
    config,
    publishedAtMs: publication.publishedAtMs,
    ...(notes === undefined ? {} : { notes }),
    ...(minIsolation && { minIsolation }),
    ...(idle && { idle }),
    ...(swap && { swap }),
  });
  if (parsed.success) return succeed(parsed.data);
  const problems = parsed.error.issues.map(
    (issue): Problem => ({
      code: 'invalid_manifest',
      message: `the release would not be valid at ${issue.path.join('.')}: ${issue.message}`,
      path: issue.path.map((step) => `/${String(step)}`).join(''),
    }),
  );
  return { ok: false, problems };
}

function resolveVariant(variant: ManifestVariant, file: ResolvedArtifact | undefined): unknown {
  const artifact = file && { digest: file.digest, sizeBytes: file.sizeBytes };
  if (variant.kind === 'wasm') {
    const registry = variant.image?.split('@')[0];
    return { kind: 'wasm', abi: variant.abi, module: artifact, ...(registry && { registry }) };
  }
  if (variant.kind === 'agent') return { kind: 'agent', target: variant.target, archive: artifact };
  const { kind, platforms, command, network } = variant;
  const base = { kind, platforms, ...(command && { command }), ...(network && { network }) };
  return 'image' in variant ? { ...base, image: variant.image } : { ...base, image: file?.imageId, archive: artifact };
}
