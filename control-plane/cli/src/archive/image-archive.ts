import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { jsonOf } from '../json-of.ts';
import { readEntry, readTar, type TarEntry, TarError } from './tar.ts';

/**
 * What is in an archive of one container image: made by `docker save` or `podman save`, or an OCI layout in a tar. The image's
 * id is the digest of its configuration, which is what the device's engine shows after loading it.
 * Codes: invalid_body (not such an archive, or not exactly one image), digest_mismatch.
 */
export interface ImageArchive {
  readonly imageId: string;
  /** `os/arch` of the image. */
  readonly platform: string;
}

const JSON_MAX_BYTES = 4 * 1024 * 1024;

export async function readImageArchive(file: string): Promise<Outcome<ImageArchive>> {
  const handle = await open(file, 'r');
  try {
    const wrapped = await compression(handle);
    if (wrapped)
      return refuse(
        'invalid_body',
        `${file} is compressed with ${wrapped}: unpack it first, archives travel as they are`,
      );
    const entries = new Map<string, TarEntry>();
    for await (const entry of readTar(handle)) entries.set(entry.name.replace(/^\.\//, ''), entry);
    return await inspect(handle, entries, file);
  } catch (error) {
    if (error instanceof TarError)
      return refuse('invalid_body', `${file}: ${error.message}; make it with "docker save"`);
    throw error;
  } finally {
    await handle.close();
  }
}

async function inspect(
  handle: FileHandle,
  entries: ReadonlyMap<string, TarEntry>,
  file: string,
): Promise<Outcome<ImageArchive>> {
  const path = await configPath(handle, entries);
  if (!path.ok) return refuse('invalid_body', `${file}: ${path.problems[0]?.message}`);
  const entry = entries.get(path.value);
  if (!entry) return refuse('invalid_body', `${file} names the configuration ${path.value} but does not hold it`);
  const bytes = await readEntry(handle, entry, JSON_MAX_BYTES);
  const hex = createHash('sha256').update(bytes).digest('hex');
  if (!path.value.includes(hex))
    return refuse(
      'digest_mismatch',
      `${file} is damaged: the configuration ${path.value} has the digest sha256:${hex}`,
    );
  const { os, architecture } = (jsonOf(bytes) ?? {}) as { os?: unknown; architecture?: unknown };
  if (typeof os !== 'string' || typeof architecture !== 'string')
    return refuse('invalid_body', `${file}: its configuration names no os and architecture`);
  return succeed({ imageId: `sha256:${hex}`, platform: `${os}/${architecture}` });
}

/** Where the configuration lies: by `manifest.json` (docker save), else by `index.json` (OCI image layout 1.0). */
async function configPath(handle: FileHandle, entries: ReadonlyMap<string, TarEntry>): Promise<Outcome<string>> {
  const docker = await readJson(handle, entries.get('manifest.json'));
  if (Array.isArray(docker)) {
    if (docker.length !== 1) return refuse('invalid_body', `it holds ${docker.length} images; save exactly one`);
    const config: unknown = docker[0]?.Config;
    return typeof config === 'string'
      ? succeed(config)
      : refuse('invalid_body', 'its manifest.json names no configuration');
  }
  const index = (await readJson(handle, entries.get('index.json'))) as
    | { manifests?: { digest?: unknown }[] }
    | undefined;
  if (!index)
    return refuse('invalid_body', 'it holds neither manifest.json nor index.json; make it with "docker save"');
  const manifests = Array.isArray(index.manifests) ? index.manifests : [];
  if (manifests.length !== 1) return refuse('invalid_body', `it holds ${manifests.length} images; save exactly one`);
  const manifest = (await readJson(handle, entries.get(blobPath(manifests[0]?.digest)))) as
    | { config?: { digest?: unknown } }
    | undefined;
  return succeed(blobPath(manifest?.config?.digest));
}

function blobPath(digest: unknown): string {
  return `blobs/${String(digest).replace(':', '/')}`;
}

async function readJson(handle: FileHandle, entry: TarEntry | undefined): Promise<unknown> {
  return entry && jsonOf(await readEntry(handle, entry, JSON_MAX_BYTES));
}

async function compression(handle: FileHandle): Promise<string | undefined> {
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  if (buffer[0] === 0x1f && buffer[1] === 0x8b) return 'gzip';
  return buffer.readUInt32LE() === 0xfd2fb528 ? 'zstd' : undefined;
}
