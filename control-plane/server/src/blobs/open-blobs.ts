import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DIGEST_PATTERN, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { Blobs } from '../app/context.ts';
import { syncFolder } from '../files/write-file-durably.ts';

/**
 * Blobs as files named by their digest, below `blobs/`. A file gets its name only after its bytes were hashed and are on the disk, so
 * whatever has a name is whole. Uploads under way lie in `blobs/partial/`, which is emptied at start.
 */
export async function openBlobs(dataDir: string): Promise<Blobs> {
  const folder = join(dataDir, 'blobs');
  const partial = join(folder, 'partial');
  await mkdir(partial, { recursive: true, mode: 0o700 });
  for (const name of await readdir(partial)) await rm(join(partial, name), { recursive: true });
  const pathOf = (digest: string) => join(folder, nameOf(digest));
  return {
    async has(digest) {
      try {
        return (await stat(pathOf(digest))).size;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async put(digest, body, maxBytes) {
      const path = pathOf(digest);
      const temporary = join(partial, randomUUID());
      try {
        const written = await write(temporary, body, digest, maxBytes);
        if (!written.ok) return written;
        await rename(temporary, path);
        await syncFolder(folder);
        return written;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    read(digest, start, end) {
      if (start >= end) return new ReadableStream({ start: (controller) => controller.close() });
      const stream = createReadStream(pathOf(digest), { start, end: end - 1 });
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    },
  };
}

async function write(
  path: string,
  body: AsyncIterable<Uint8Array>,
  digest: string,
  maxBytes: number,
): Promise<Outcome<number>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) return refuse('payload_too_large', `a blob has at most ${maxBytes} bytes`);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest)
      return refuse('digest_mismatch', `the bytes have the digest ${actual}, not ${digest}; send them again`);
    await file.sync();
    return succeed(sizeBytes);
  } finally {
    await file.close();
  }
}

/** The only way from a digest to a file name; what is no digest must never become a path. */
function nameOf(digest: string): string {
  if (!DIGEST_PATTERN.test(digest)) throw new TypeError(`${JSON.stringify(digest)} is no digest`);
  return digest.replace(':', '-');
}
