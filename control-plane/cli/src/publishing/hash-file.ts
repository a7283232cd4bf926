import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Digest and size of a file, read as a stream: image archives do not fit in memory. */
export async function hashFile(file: string): Promise<{ digest: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}
