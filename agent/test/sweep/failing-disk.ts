import type { Effects } from '../../src/shell/effects.ts';
import { injected, isFatal } from '../../src/shell/faults.ts';
import { type DiskImage, readImage } from './disk-image.ts';

/**
 * A disk that fails at one effect. What ends the process of a real agent (a failed fsync) ends this life: the disk stays as it was
 * at that instant, and nothing that the life still does on its way out counts.
 */
export interface FailingDisk {
  readonly effects: Effects;
  /** Null while the life goes on. */
  diedWith(): DiskImage | null;
}

/** Numbered, because a crash may come between, but done in memory: no disk has a part in it. */
const IN_MEMORY: ReadonlySet<string> = new Set(['triggers.move']);

export function failAt(folder: string, at: number, code: string): FailingDisk {
  let begun = 0;
  let image: DiskImage | null = null;
  return {
    diedWith: () => image,
    effects: {
      count: () => begun,
      steps: () => ({}),
      run(name, action) {
        begun += 1;
        if (begun !== at || IN_MEMORY.has(name)) return action();
        const failure = injected(code, name);
        if (isFatal(name, failure)) image = readImage(folder);
        throw failure;
      },
    },
  };
}
