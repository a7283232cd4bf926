import { canonicalBytes, digest, LIMITS, RELEASE_MEDIA_TYPE, type Release, type WasmVariant } from '@wherry/protocol';
import { z } from 'zod';
import { digestOf } from './registry.ts';

/**
 * A module as a CNCF Wasm OCI artifact: one layer `application/wasm`, the configuration that names its system interface. The
 * release is attached to it as a referrer, since a second layer would make it another kind of artifact. The same module makes the
 * same manifest, whoever pushes it. Source: tag-runtime wgs/wasm, wasm-oci-artifact; OCI image specification 1.1.
 */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const RELEASE_ARTIFACT_TYPE = 'application/vnd.wherry.release.v1';
const CONFIG_TYPE = 'application/vnd.wasm.config.v0+json';
const WASM_TYPE = 'application/wasm';
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
export const EMPTY_CONFIG = Buffer.from('{}');

const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.int().min(0),
  artifactType: z.string().optional(),
});
export const wasmManifest = z.object({
  config: descriptor.extend({ mediaType: z.literal(CONFIG_TYPE) }),
  layers: z.tuple([descriptor.extend({ mediaType: z.literal(WASM_TYPE), size: z.int().max(LIMITS.moduleBytes) })]),
});
export const releaseManifest = z.object({
  artifactType: z.literal(RELEASE_ARTIFACT_TYPE),
  subject: descriptor,
  layers: z.tuple([descriptor.extend({ mediaType: z.literal(RELEASE_MEDIA_TYPE) })]),
});
export const referrers = z.object({ manifests: z.array(descriptor).max(1_000) });

export interface Artifact {
  readonly config: Uint8Array;
  readonly layer: Uint8Array;
  readonly manifest: Uint8Array;
  readonly manifestDigest: string;
}

export function makeWasmArtifact(module: Uint8Array, abi: WasmVariant['abi'], { app, version }: Release): Artifact {
  const os = abi === 'component' ? 'wasip2' : 'wasip1';
  const component = abi === 'component' ? { component: { exports: [], imports: [] } } : {};
  const config = canonicalBytes({ architecture: 'wasm', os, layerDigests: [digestOf(module)], ...component });
  return artifactOf(config, CONFIG_TYPE, module, WASM_TYPE, {
    annotations: { 'org.opencontainers.image.title': app, 'org.opencontainers.image.version': version },
  });
}

export function makeReleaseArtifact(bytes: Uint8Array, subject: Artifact): Artifact {
  return artifactOf(EMPTY_CONFIG, EMPTY_TYPE, bytes, RELEASE_MEDIA_TYPE, {
    artifactType: RELEASE_ARTIFACT_TYPE,
    subject: describe(subject.manifest, MANIFEST_TYPE),
  });
}

/** For registries that keep no list of referrers: an index under a tag made of the subject's digest. */
export function makeReferrersIndex(known: readonly unknown[], artifact: Artifact): Uint8Array {
  const own = { ...describe(artifact.manifest, MANIFEST_TYPE), artifactType: RELEASE_ARTIFACT_TYPE };
  const others = known.filter((other) => (other as { digest?: unknown }).digest !== own.digest);
  return canonicalBytes({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [...others, own] });
}

export function referrersTag(manifestDigest: string): string {
  return manifestDigest.replace(':', '-');
}

function artifactOf(
  config: Uint8Array,
  configType: string,
  layer: Uint8Array,
  layerType: string,
  more: object,
): Artifact {
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe(config, configType),
    layers: [describe(layer, layerType)],
    ...more,
  });
  return { config, layer, manifest, manifestDigest: digestOf(manifest) };
}

function describe(bytes: Uint8Array, mediaType: string) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
