import { type BigIntStats, lutimesSync, utimesSync } from 'node:fs';
import { ERRNO, WasiError } from './errno.ts';
import { FSTFLAGS } from './layout.ts';
import { type FileTimes, statOf } from './stat.ts';

/**
 * Node sets file times as a double of seconds, some 240 ns coarse. A guest that reads back what it set must see what it set: the
 * exact values are remembered for as long as the file still has the rounded ones.
 */
interface Remembered {
  readonly wanted: FileTimes;
  readonly rounded: FileTimes;
}

const REMEMBERED_MAX = 1024;

export class ExactTimes {
  readonly #remembered = new Map<string, Remembered>();

  exact(stat: BigIntStats): FileTimes {
    const known = this.#remembered.get(keyOf(stat));
    return {
      atimeNs: known?.rounded.atimeNs === stat.atimeNs ? known.wanted.atimeNs : stat.atimeNs,
      mtimeNs: known?.rounded.mtimeNs === stat.mtimeNs ? known.wanted.mtimeNs : stat.mtimeNs,
    };
  }

  /** `target` is a host descriptor, or a path whose last name is not followed. */
  set(target: number | string, atimNs: bigint, mtimNs: bigint, flags: number): void {
    const both = (a: number, b: number) => (flags & a) !== 0 && (flags & b) !== 0;
    if (flags & ~15 || both(FSTFLAGS.atim, FSTFLAGS.atimNow) || both(FSTFLAGS.mtim, FSTFLAGS.mtimNow))
      throw new WasiError(ERRNO.inval);
    const before = this.exact(statOf(target));
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const wanted = {
      atimeNs: flags & FSTFLAGS.atim ? atimNs : flags & FSTFLAGS.atimNow ? nowNs : before.atimeNs,
      mtimeNs: flags & FSTFLAGS.mtim ? mtimNs : flags & FSTFLAGS.mtimNow ? nowNs : before.mtimeNs,
    };
    const [atime, mtime] = [Number(wanted.atimeNs) / 1e9, Number(wanted.mtimeNs) / 1e9];
    // A descriptor's own path is a link of the kernel's to the very file, which utimes follows.
    if (typeof target === 'number') utimesSync(`/proc/self/fd/${target}`, atime, mtime);
    else lutimesSync(target, atime, mtime);
    this.#remember(statOf(target), wanted);
  }

  #remember(after: BigIntStats, wanted: FileTimes): void {
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size >= REMEMBERED_MAX && !oldest.done) this.#remembered.delete(oldest.value);
    this.#remembered.set(keyOf(after), { wanted, rounded: { atimeNs: after.atimeNs, mtimeNs: after.mtimeNs } });
  }
}

function keyOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
