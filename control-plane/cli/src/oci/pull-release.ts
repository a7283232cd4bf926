import { LIMITS, release } from '@wherry/protocol';
import { misused, refused } from '../failure.ts';
import type { ReleaseBytes } from '../publishing/sign-release.ts';
import { readDocument } from './read-document.ts';
import type { OciReference } from './reference.ts';
import { digestOf, type Registry } from './registry.ts';
import {
  INDEX_TYPE,
  MANIFEST_TYPE,
  RELEASE_ARTIFACT_TYPE,
  referrers,
  referrersTag,
  releaseManifest,
  wasmManifest,
} from './wasm-artifact.ts';

/**
 * Takes a release and its modules out of a registry, as they were put there. The place is named by digest, so that what is signed and
 * published is what was looked at.
 */
export interface PulledRelease extends ReleaseBytes {
  readonly modules: readonly { readonly digest: string; readonly bytes: Buffer }[];
}

export async function pullRelease(registry: Registry, from: OciReference): Promise<PulledRelease> {
  if (from.digest === null) throw misused('name what is published by its digest: oci://HOST/REPOSITORY@sha256:…');
  const named = await registry.pullManifest(from.digest, MANIFEST_TYPE);
  if (named === null) throw refused('not_found', `${from.host}/${from.repository} has no ${from.digest}`);
  const module = readDocument(named, wasmManifest, `${from.digest} is no Wasm artifact with one module`);
  const bytes = await findRelease(registry, from.digest);
  const opened = readDocument(bytes, release, 'what is attached to the module is not a release');
  const wanted = opened.variants.flatMap((variant) => (variant.kind === 'wasm' ? [variant.module] : []));
  if (!wanted.some(({ digest }) => digest === module.layers[0].digest))
    throw refused('digest_mismatch', 'the release that is attached to the module is of another one');
  const modules = [];
  for (const { digest } of wanted) modules.push({ digest, bytes: await registry.pullBlob(digest, LIMITS.moduleBytes) });
  return { release: opened, bytes, digest: digestOf(bytes), modules };
}

async function findRelease(registry: Registry, subject: string): Promise<Buffer> {
  const list =
    (await registry.pullReferrers(subject)) ?? (await registry.pullManifest(referrersTag(subject), INDEX_TYPE));
  const entries = list === null ? [] : readDocument(list, referrers, 'the list of referrers is malformed').manifests;
  const found = entries.findLast(({ artifactType }) => artifactType === RELEASE_ARTIFACT_TYPE);
  const manifest = found ? await registry.pullManifest(found.digest, MANIFEST_TYPE) : null;
  if (manifest === null)
    throw refused('not_found', 'no release is attached to the module: it was not pushed by "wherry publish --oci"');
  const { layers, subject: of } = readDocument(
    manifest,
    releaseManifest,
    'what is attached to the module is not a release',
  );
  if (of.digest !== subject) throw refused('digest_mismatch', 'the release in the list is attached to another module');
  return await registry.pullBlob(layers[0].digest, LIMITS.releaseBytes);
}
