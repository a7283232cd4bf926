import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { DOCKER_LIMITS } from './limits.ts';

/** Bytes that a new name costs, whatever is in it: an inode and its place in the directory. */
const ENTRY_BYTES = 512;

/**
 * What a container keeps below its data folder; null when it has more names than anybody looks at, or has hidden some from the agent.
 * What its program deletes meanwhile is not counted; links are not followed.
 */
export async function dataSize(folder: string, entriesMax: number = DOCKER_LIMITS.dataEntries): Promise<number | null> {
  let bytes = 0;
  let entries = 0;
  const left = [folder];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        entries += 1;
        if (entries > entriesMax) return null;
        bytes += ENTRY_BYTES;
        const path = join(next, entry.name);
        if (entry.isDirectory()) left.push(path);
        else if (entry.isFile()) bytes += (await sizeOf(path)) ?? 0;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return null;
    }
  }
  return bytes;
}

async function sizeOf(path: string): Promise<number | undefined> {
  const facts = await lstat(path).catch(() => undefined);
  return facts?.size;
}
