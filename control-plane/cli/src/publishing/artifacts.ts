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
import { readImageArchive } from '../archive/image-archive.ts';
import { CliFailure, EXIT, refused } from '../failure.ts';
import { hashFile } from './hash-file.ts';

export interface ArtifactFile extends ResolvedArtifact {
  /** Index of the variant. */
  readonly variant: number;
  readonly file: string;
}

/** Checks and hashes the file of each variant: admission for modules, the image's identity for archives. */
export async function collectArtifacts(manifest: Manifest, folder: string): Promise<ArtifactFile[]> {
  const artifacts: ArtifactFile[] = [];
  for (const [index, variant] of manifest.variants.entries()) {
    const path =
      variant.kind === 'wasm' ? variant.modulePath : 'archivePath' in variant ? variant.archivePath : undefined;
    if (path === undefined) continue;
    const file = resolve(folder, path);
    await checkFile(file, path, variant.kind === 'wasm' ? LIMITS.moduleBytes : LIMITS.imageArchiveBytes);
    const imageId =
      variant.kind === 'wasm' ? await checkModule(manifest, variant, file, path) : await checkArchive(variant, file);
    artifacts.push({ variant: index, file, ...(await hashFile(file)), ...(imageId ? { imageId } : {}) });
  }
  return artifacts;
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
