import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below a folder, as their sizes say. */
export function usedBytes(folder: string): number {
  return filesBelow(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}

export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : [],
  );
}

/** Bytes of files that a process holds open though they have no name any more. */
export function unlinkedBytes(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).reduce((sum, fd) => {
    const stat = statSync(join(folder, fd), { throwIfNoEntry: false });
    return sum + (stat?.isFile() === true && stat.nlink === 0 ? stat.size : 0);
  }, 0);
}
