import { createHash } from 'node:crypto';
import { type TarEntry, tar } from './tar.ts';

/**
 * A container image from one static binary, without an engine. The archive is an OCI image layout that carries Docker's
 * `manifest.json` as well, the form that `docker save` writes and that Docker, Podman and containerd load. The same
 * input gives the same bytes, so the image id can be signed before any engine has seen it.
 */
export interface ImageRecipe {
  readonly binary: Uint8Array;
  /** As OCI writes it: amd64, arm64, arm. */
  readonly architecture: string;
  /** Arguments after the binary. */
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  /** Command in the container that exits 0 while all is well. */
  readonly healthcheck?: readonly string[];
}

export interface BuiltImage {
  readonly archive: Buffer;
  /** Digest of the image's configuration: what engines call the image id. */
  readonly imageId: string;
  /** Digest of the OCI manifest: what engines with a containerd store call the image id. */
  readonly manifestDigest: string;
}

const ENTRYPOINT = '/app';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

export function buildImage(recipe: ImageRecipe): BuiltImage {
  const layer = blob(LAYER_TYPE, tar([{ name: ENTRYPOINT.slice(1), content: recipe.binary, mode: 0o755 }]));
  const config = blob(CONFIG_TYPE, json(configOf(recipe, layer.descriptor.digest)));
  const manifest = blob(
    MANIFEST_TYPE,
    json({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: config.descriptor,
      layers: [layer.descriptor],
    }),
  );
  const archive = tar([
    { name: 'blobs', mode: 0o755 },
    { name: 'blobs/sha256', mode: 0o755 },
    ...[layer, config, manifest].map((part) => part.entry).sort((a, b) => (a.name < b.name ? -1 : 1)),
    file(
      'index.json',
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [manifest.descriptor],
      }),
    ),
    file('manifest.json', json([{ Config: config.entry.name, RepoTags: null, Layers: [layer.entry.name] }])),
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
  ]);
  return { archive, imageId: config.descriptor.digest, manifestDigest: manifest.descriptor.digest };
}

function configOf(recipe: ImageRecipe, layerDigest: string): object {
  return {
    architecture: recipe.architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: [ENTRYPOINT],
      ...(recipe.command ? { Cmd: recipe.command } : {}),
      ...(recipe.env ? { Env: recipe.env } : {}),
      ...(recipe.user ? { User: recipe.user } : {}),
      ...(recipe.healthcheck ? { Healthcheck: { Test: ['CMD', ...recipe.healthcheck] } } : {}),
    },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'wherry container-image' }],
  };
}

function blob(mediaType: string, content: Buffer) {
  const hex = createHash('sha256').update(content).digest('hex');
  return {
    entry: file(`blobs/sha256/${hex}`, content),
    descriptor: { mediaType, digest: `sha256:${hex}`, size: content.length },
  };
}

function file(name: string, content: Buffer): TarEntry {
  return { name, content, mode: 0o644 };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
