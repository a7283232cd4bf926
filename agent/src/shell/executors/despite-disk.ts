import { setTimeout as pause } from 'node:timers/promises';

/** Trouble of the device's own disk says nothing about a release: it is tried again before it counts against one. */
const DISK_TROUBLE: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE']);
const PAUSES_MS = [500, 2_000, 8_000];

/** Runs `work` again after disk trouble, a bounded number of times; then the trouble is thrown as it came. */
export async function despiteDisk<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!DISK_TROUBLE.has((error as { code?: unknown } | null)?.code)) throw error;
      await pause(pauseMs, undefined, { signal });
    }
  }
  return work();
}
