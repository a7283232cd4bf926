import { misused, refused } from '../failure.ts';
import { readDocument } from './read-document.ts';
import type { OciReference } from './reference.ts';
import type { Registry } from './registry.ts';
import { MANIFEST_TYPE, wasmManifest } from './wasm-artifact.ts';

/** The one module of a Wasm artifact, whoever made it. Codes: not_found, invalid_manifest, blob_missing, digest_mismatch, payload_too_large. */
export async function pullModule(registry: Registry, from: OciReference, maxBytes: number): Promise<Buffer> {
  const { host, repository, digest } = from;
  if (digest === null) throw misused(`name ${host}/${repository} by its digest: …@sha256:…`);
  const bytes = await registry.pullManifest(digest, MANIFEST_TYPE);
  if (bytes === null) throw refused('not_found', `${host}/${repository} has no ${digest}`);
  const manifest = readDocument(
    bytes,
    wasmManifest,
    `${host}/${repository}@${digest} is no Wasm artifact with one module`,
  );
  return registry.pullBlob(manifest.layers[0].digest, maxBytes);
}
