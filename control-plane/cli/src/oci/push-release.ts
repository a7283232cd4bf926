import { readFile } from 'node:fs/promises';
import type { Release } from '@wherry/protocol';
import { refused } from '../failure.ts';
import type { ArtifactFile } from '../publishing/artifacts.ts';
import type { OciReference } from './reference.ts';
import type { Registry } from './registry.ts';
import {
  type Artifact,
  INDEX_TYPE,
  MANIFEST_TYPE,
  makeReferrersIndex,
  makeReleaseArtifact,
  makeWasmArtifact,
  referrers,
  referrersTag,
} from './wasm-artifact.ts';

/**
 * Puts the modules of a release into a registry, and the bytes of the release beside the first of them. Nothing has a name yet when this is
 * done: `tag` gives it one, once the control plane has taken the release.
 */
export interface PushedRelease {
  /** `HOST/REPOSITORY@sha256:…` of the first module. */
  readonly reference: string;
  tag(): Promise<void>;
}

export async function pushRelease(
  registry: Registry,
  to: OciReference,
  release: Release,
  bytes: Uint8Array,
  files: readonly ArtifactFile[],
): Promise<PushedRelease> {
  const modules = await readModules(release, files);
  const [first] = modules;
  if (first === undefined)
    throw refused('invalid_manifest', 'only modules go into a registry, and this release has none');
  for (const artifact of modules) await push(registry, artifact);
  const attached = makeReleaseArtifact(bytes, first);
  const keepsReferrers = await push(registry, attached);
  if (!keepsReferrers) await addReferrer(registry, first, attached);
  return {
    reference: `${to.host}/${to.repository}@${first.manifestDigest}`,
    async tag() {
      if (to.tag !== null) await registry.pushManifest(to.tag, MANIFEST_TYPE, first.manifest);
    },
  };
}

async function readModules(release: Release, files: readonly ArtifactFile[]): Promise<Artifact[]> {
  const modules: Artifact[] = [];
  for (const [index, variant] of release.variants.entries()) {
    const found = files.find((file) => file.variant === index);
    if (variant.kind === 'wasm' && found)
      modules.push(makeWasmArtifact(await readFile(found.file), variant.abi, release));
  }
  return modules;
}

async function push(registry: Registry, artifact: Artifact): Promise<boolean> {
  await registry.pushBlob(artifact.config);
  await registry.pushBlob(artifact.layer);
  return registry.pushManifest(artifact.manifestDigest, MANIFEST_TYPE, artifact.manifest);
}

async function addReferrer(registry: Registry, subject: Artifact, attached: Artifact): Promise<void> {
  const tag = referrersTag(subject.manifestDigest);
  const present = await registry.pullManifest(tag, INDEX_TYPE);
  const known = present === null ? [] : referrers.parse(JSON.parse(present.toString())).manifests;
  await registry.pushManifest(tag, INDEX_TYPE, makeReferrersIndex(known, attached));
}
