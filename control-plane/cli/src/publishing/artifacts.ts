import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  admit,
  LIMITS,
  type Manifest,
  type ManifestVariant,
  type Problem,
  type ResolvedArtifact,
} from '@wherry/protocol';
import { readAgentArchive } from '../archive/agent-archive.ts';
import { readImageArchive } from '../archive/image-archive.ts';
import { CliFailure, EXIT, refused } from '../failure.ts';
import { hashFile } from './hash-file.ts';

export interface ArtifactFile extends ResolvedArtifact {
  /** Index of the variant. */
  readonly variant: number;
  readonly file: string;
}

const MOST_BYTES: Readonly<Record<ManifestVariant['kind'], number>> = {
  wasm: LIMITS.moduleBytes,
  container: LIMITS.imageArchiveBytes,
  agent: LIMITS.agentArchiveBytes,
};

/** Checks and hashes the file of each variant: admission for modules, the image's identity for archives. */
export async function collectArtifacts(manifest: Manifest, folder: string): Promise<ArtifactFile[]> {
  const artifacts: ArtifactFile[] = [];
  for (const [index, variant] of manifest.variants.entries()) {
    const path =
      variant.kind === 'wasm' ? variant.modulePath : 'archivePath' in variant ? variant.archivePath : undefined;
    if (path === undefined) continue;
    const file = resolve(folder, path);
    await checkFile(file, path, MOST_BYTES[variant.kind]);
    const imageId = await checkContent(manifest, variant, file, path);
    artifacts.push({ variant: index, file, ...(await hashFile(file)), ...(imageId ? { imageId } : {}) });
  }
  return artifacts;
}

/** Answers the image's identity, for an archive of one. */
async function checkContent(
  manifest: Manifest,
  variant: ManifestVariant,
  file: string,
  path: string,
): Promise<string | undefined> {
  if (variant.kind === 'wasm') return checkModule(manifest, variant, file, path);
  if (variant.kind === 'agent') return checkAgent(manifest, variant, file);
  return checkArchive(variant, file);
}

async function checkAgent(
  { version }: Manifest,
  { target }: Extract<ManifestVariant, { kind: 'agent' }>,
  file: string,
): Promise<undefined> {
  const about = await readAgentArchive(file);
  if (!about.ok) throw new CliFailure(EXIT.refused, about.problems);
  const { value } = about;
  if (value.version !== version || value.target !== target)
    throw refused(
      'invalid_manifest',
      `${file} holds agent ${value.version} for ${value.target}, but the manifest says ${version} for ${target}`,
    );
}

async function checkFile(file: string, path: string, maxBytes: number): Promise<void> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts?.isFile()) throw refused('not_found', `there is no file ${path}: build the app first`);
  if (facts.size > maxBytes)
    throw refused('payload_too_large', `${path} has ${facts.size} bytes; the most is ${maxBytes}`);
  if (facts.size === 0) throw refused('invalid_body', `${path} is empty: build the app again`);
}

async function checkModule(
  manifest: Manifest,
  variant: Extract<ManifestVariant, { kind: 'wasm' }>,
  file: string,
  path: string,
): Promise<undefined> {
  const { capabilities, limits, triggers } = manifest;
  const verdict = admit(await readFile(file), { abi: variant.abi, capabilities, limits, triggers });
  if (!verdict.ok)
    throw new CliFailure(
      EXIT.refused,
      verdict.problems.map((problem) => prefix(problem, path)),
    );
}

async function checkArchive(variant: Extract<ManifestVariant, { kind: 'container' }>, file: string): Promise<string> {
  const archive = await readImageArchive(file);
  if (!archive.ok) throw new CliFailure(EXIT.refused, archive.problems);
  const { imageId, platform } = archive.value;
  const wrong = variant.platforms.filter((declared) => declared.split('/').slice(0, 2).join('/') !== platform);
  if (wrong.length > 0)
    throw refused(
      'wrong_platform',
      `${file} holds an image for ${platform}, but the manifest declares ${wrong.join(', ')}`,
    );
  return imageId;
}

function prefix(problem: Problem, path: string): Problem {
  return { ...problem, message: `${path}: ${problem.message}` };
}
