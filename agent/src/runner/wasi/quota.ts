import { lstatSync, readdirSync } from 'node:fs';
import { ERRNO, WasiError } from './errno.ts';

/** Bytes that a new name costs, whatever is in it: an inode and its place in the directory. */
const ENTRY_BYTES = 512;
const DEPTH_MAX = 64;

/**
 * How much may still be written below a folder. Growth is counted as it happens; what is deleted is found again by looking, when
 * the count says that the folder is full.
 */
export class Quota {
  readonly #root: string;
  readonly #quotaBytes: number | null;
  #usedBytes: number;

  /** `root` is a path through a descriptor; a quota of null never refuses. */
  constructor(root: string, quotaBytes: number | null) {
    this.#root = root;
    this.#quotaBytes = quotaBytes;
    this.#usedBytes = quotaBytes === null ? 0 : usedBelow(root, 0);
  }

  /** Takes `bytes` more, or refuses with `nospc`. */
  take(bytes: number): void {
    if (this.#quotaBytes === null || bytes <= 0) return;
    if (this.#usedBytes + bytes > this.#quotaBytes) this.#usedBytes = usedBelow(this.#root, 0);
    if (this.#usedBytes + bytes > this.#quotaBytes) throw new WasiError(ERRNO.nospc);
    this.#usedBytes += bytes;
  }

  takeEntry(): void {
    this.take(ENTRY_BYTES);
  }
}

function usedBelow(folder: string, depth: number): number {
  if (depth > DEPTH_MAX) return 0;
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    sum += ENTRY_BYTES;
    if (entry.isDirectory()) sum += usedBelow(path, depth + 1);
    else if (entry.isFile()) sum += lstatSync(path).size;
  }
  return sum;
}
