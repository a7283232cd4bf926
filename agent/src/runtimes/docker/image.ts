import { createReadStream } from 'node:fs';
import { type ContainerVariant, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { ImageInspectInfo } from 'dockerode';
import type { WorkloadSpec } from '../port.ts';
import { type EngineClient, isEngineGone, refuseBecause, statusOf } from './client.ts';
import { imageRepository, imageTag } from './names.ts';
import { isSamePlatform, platformOfEngine } from './platform.ts';
import { type ImageProgress, readProgress } from './progress.ts';

/**
 * Brings the image of a release into the engine and proves that it is the one that was signed: the id of an image from an
 * archive, the digest of an image from a registry. Images are run by id, never by a name that could be moved, and carry a
 * tag of this device, so that the engine keeps them until the device lets go.
 */
export async function ensureImage(
  client: EngineClient,
  device: string,
  ids: ImageIds,
  spec: WorkloadSpec,
  variant: ContainerVariant,
): Promise<Outcome<ImageInspectInfo>> {
  const tag = { repo: imageRepository(device), tag: imageTag(spec.app, spec.releaseDigest) };
  try {
    const present = await findImage(client, ids.known.get(variant.image) ?? variant.image);
    const brought = present ? succeed(present) : await bring(client, tag, ids, spec, variant);
    if (!brought.ok) return brought;
    const image = brought.value;
    const platform = platformOfEngine(image.Os, image.Architecture);
    if (!variant.platforms.some((wanted) => isSamePlatform(platform, wanted))) {
      if (!present) await remove(client, `${tag.repo}:${tag.tag}`);
      return refuse(
        'wrong_platform',
        `the image is for ${platform}, but the release says ${variant.platforms.join(', ')}`,
      );
    }
    if (present) await mark(client, image, tag);
    return succeed(image);
  } catch (error) {
    return refuseBecause(client, error, 'start_failed', `prepare the image of ${spec.app}@${spec.release.version}`);
  }
}

/** How the engine names images. */
export interface ImageIds {
  readonly hasManifestIds: boolean;
  /**
   * The engine's name of a signed image that it knows by another: the image of an archive is named by its configuration. What the one
   * image of a verified archive is called is learned by loading it, anew by each agent, since names in an engine can be moved.
   */
  readonly known: Map<string, string>;
}

interface ImageMark {
  readonly repo: string;
  readonly tag: string;
}

/** The image that a signed reference names, if the engine has it. */
export async function findImage(client: EngineClient, reference: string): Promise<ImageInspectInfo | undefined> {
  try {
    const image = await client.quick.getImage(reference).inspect();
    return isSigned(image, reference) ? image : undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** An image that was not there: brought, verified and marked, or refused with nothing of it kept. */
async function bring(
  client: EngineClient,
  tag: ImageMark,
  ids: ImageIds,
  spec: WorkloadSpec,
  variant: ContainerVariant,
): Promise<Outcome<ImageInspectInfo>> {
  if (variant.archive && spec.artifactPath === null)
    return refuse('blob_missing', `the image archive of ${spec.app}@${spec.release.version} is not on this device yet`);
  const owned = await namesInEngine(client);
  const progress = spec.artifactPath
    ? await load(client, spec.artifactPath)
    : await pull(client, variant.image, variant.platforms);
  if (!progress.ok) return progress;
  const image = (await findImage(client, variant.image)) ?? (await findLoaded(client, ids, variant, progress.value));
  if (image) await mark(client, image, tag);
  // An archive may hold more than was signed, and names of its own: neither stays on the owner's engine.
  for (const name of progress.value.loaded) if (!owned.has(name) && name !== image?.Id) await remove(client, name);
  if (image) return succeed(image);
  const found = progress.value.loaded.join(', ') || 'nothing';
  return refuse(
    'digest_mismatch',
    `the release names ${variant.image}, but what came is ${found}; nothing of it is kept`,
  );
}

/** The one image of an archive, in an engine that has other names for images than releases. */
async function findLoaded(
  client: EngineClient,
  { hasManifestIds, known }: ImageIds,
  { archive, image: signed }: ContainerVariant,
  { loaded }: ImageProgress,
): Promise<ImageInspectInfo | undefined> {
  if (!hasManifestIds || archive === undefined) return undefined;
  const images = new Map<string, ImageInspectInfo>();
  for (const name of loaded) {
    const image = await client.quick.getImage(name).inspect();
    images.set(image.Id, image);
  }
  const [only, ...others] = images.values();
  if (only === undefined || others.length > 0) return undefined;
  known.set(signed, only.Id);
  return only;
}

async function mark(client: EngineClient, image: ImageInspectInfo, tag: ImageMark): Promise<void> {
  await client.quick.getImage(image.Id).tag(tag);
}

async function namesInEngine(client: EngineClient): Promise<ReadonlySet<string>> {
  const images = await client.quick.listImages();
  return new Set(images.flatMap((image) => [image.Id, ...(image.RepoTags ?? [])]));
}

async function load(client: EngineClient, path: string): Promise<Outcome<ImageProgress>> {
  const file = createReadStream(path);
  try {
    const stream = await client.slow.loadImage(file, { quiet: true });
    const progress = await readProgress(stream);
    if (progress.error === undefined) return succeed(progress);
    return refuse('start_failed', `the engine cannot load the image archive: ${progress.error}`.slice(0, 512));
  } catch (error) {
    return refuseBecause(client, error, 'start_failed', 'load the image archive');
  } finally {
    file.destroy();
  }
}

async function pull(
  client: EngineClient,
  reference: string,
  platforms: readonly string[],
): Promise<Outcome<ImageProgress>> {
  if (!reference.includes('@'))
    return refuse(
      'blob_missing',
      `image ${reference} is not in the engine, and the release has no archive to load it from`,
    );
  try {
    const options = platforms.length === 1 ? { platform: String(platforms[0]) } : {};
    const stream = await client.slow.pull(reference, options);
    const progress = await readProgress(stream);
    if (progress.error === undefined) return succeed(progress);
    return refuse('download_failed', `pull ${reference}: ${progress.error}`.slice(0, 512));
  } catch (error) {
    return refuseBecause(client, error, 'download_failed', `pull ${reference}`);
  }
}

function isSigned(image: ImageInspectInfo, reference: string): boolean {
  const digest = reference.slice(reference.lastIndexOf('@') + 1);
  if (!reference.includes('@')) return image.Id === digest || image.Id === digest.replace(/^sha256:/, '');
  return (image.RepoDigests ?? []).some((known) => known.endsWith(`@${digest}`));
}

/** Takes one name, or an image without names, off the engine. */
export async function remove(client: EngineClient, name: string): Promise<void> {
  try {
    await client.quick.getImage(name).remove();
  } catch (error) {
    // In use, or gone already: either way nothing of ours is left to do.
    if (isEngineGone(error)) throw error;
  }
}
