import { type Envelope, envelope, fromBase64, LIMITS, PAYLOAD_TYPES, type Release, release } from '@wherry/protocol';
import type { z } from 'zod';
import { misused, refused } from '../failure.ts';
import type { OciReference } from './reference.ts';
import type { Registry } from './registry.ts';
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
 * Takes a signed release and its modules out of a registry, as they were put there. The place is named by digest, so that what is
 * published is what was looked at; the signature is checked by the control plane and by every device, as always.
 */
export interface PulledRelease {
  readonly sealed: Envelope;
  readonly release: Release;
  readonly modules: readonly { readonly digest: string; readonly bytes: Buffer }[];
}

const ENVELOPE_BYTES = 256 * 1024;

export async function pullRelease(registry: Registry, from: OciReference): Promise<PulledRelease> {
  if (from.digest === null) throw misused('name what is published by its digest: oci://HOST/REPOSITORY@sha256:…');
  const named = await registry.pullManifest(from.digest, MANIFEST_TYPE);
  if (named === null) throw refused('not_found', `${from.host}/${from.repository} has no ${from.digest}`);
  const module = read(named, wasmManifest, `${from.digest} is no Wasm artifact with one module`);
  const sealed = await findSealed(registry, from.digest);
  const opened = release.safeParse(parseJson(Buffer.from(fromBase64(sealed.payload))));
  if (!opened.success || sealed.payloadType !== PAYLOAD_TYPES.release)
    throw refused('envelope_malformed', 'what is attached to the module is not a release');
  const wanted = opened.data.variants.flatMap((variant) => (variant.kind === 'wasm' ? [variant.module] : []));
  if (!wanted.some(({ digest }) => digest === module.layers[0].digest))
    throw refused('digest_mismatch', 'the release that is attached to the module is of another one');
  const modules = [];
  for (const { digest } of wanted) modules.push({ digest, bytes: await registry.pullBlob(digest, LIMITS.moduleBytes) });
  return { sealed, release: opened.data, modules };
}

async function findSealed(registry: Registry, subject: string): Promise<Envelope> {
  const list =
    (await registry.pullReferrers(subject)) ?? (await registry.pullManifest(referrersTag(subject), INDEX_TYPE));
  const entries = list === null ? [] : read(list, referrers, 'the list of referrers is malformed').manifests;
  const found = entries.findLast(({ artifactType }) => artifactType === RELEASE_ARTIFACT_TYPE);
  const manifest = found ? await registry.pullManifest(found.digest, MANIFEST_TYPE) : null;
  if (manifest === null)
    throw refused(
      'signature_missing',
      'no signed release is attached to the module: it was not pushed by "wherry publish --oci"',
    );
  const { layers, subject: of } = read(manifest, releaseManifest, 'what is attached to the module is not a release');
  if (of.digest !== subject) throw refused('digest_mismatch', 'the release in the list is attached to another module');
  return read(await registry.pullBlob(layers[0].digest, ENVELOPE_BYTES), envelope, 'the attached release is malformed');
}

function read<S extends z.ZodType>(bytes: Buffer, schema: S, message: string): z.infer<S> {
  const parsed = schema.safeParse(parseJson(bytes));
  if (!parsed.success) throw refused('envelope_malformed', message);
  return parsed.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
