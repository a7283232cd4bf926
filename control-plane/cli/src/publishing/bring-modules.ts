import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, type Manifest, type ManifestVariant } from '@wherry/protocol';
import { readCredentials } from '../oci/credentials.ts';
import { pullModule } from '../oci/pull-module.ts';
import { parseReference } from '../oci/reference.ts';
import { openRegistry } from '../oci/registry.ts';

/**
 * The modules that a manifest names by their place in a registry, as files: they are checked, hashed and uploaded as those beside the
 * manifest are. What is signed is the digest of the module itself, so that no registry can change what runs.
 */
export interface BroughtModules {
  readonly manifest: Manifest;
  dispose(): Promise<void>;
}

export async function bringModules(
  manifest: Manifest,
  env: Readonly<Record<string, string | undefined>>,
): Promise<BroughtModules> {
  const isAway = (variant: ManifestVariant) => variant.kind === 'wasm' && variant.modulePath === undefined;
  if (!manifest.variants.some(isAway)) return { manifest, dispose: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'wherry-modules-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const variants: ManifestVariant[] = [];
    for (const [index, variant] of manifest.variants.entries())
      variants.push(await bring(variant, join(folder, `${index}.wasm`), env));
    return { manifest: { ...manifest, variants }, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function bring(
  variant: ManifestVariant,
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ManifestVariant> {
  if (variant.kind !== 'wasm' || variant.modulePath !== undefined) return variant;
  const place = parseReference(variant.image);
  const registry = openRegistry(place, await readCredentials(place.host, env));
  await writeFile(file, await pullModule(registry, place, LIMITS.moduleBytes), { mode: 0o600 });
  return { ...variant, modulePath: file };
}
