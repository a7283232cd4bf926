import { fstatSync, lstatSync, readdirSync } from 'node:fs';
import { ERRNO, WasiError } from './errno.ts';

/** Bytes that a new name costs, whatever is in it: an inode and its place in the directory. */
const ENTRY_BYTES = 512;

/**
 * How much may still be written below a folder. Growth is counted as it happens; what is deleted is found again by looking, when
 * the count says that the folder is full. A file that is open still costs its bytes when its last name is gone.
 */
export class Quota {
  readonly #root: string;
  readonly #quotaBytes: number | null;
  readonly #refused: (wantedBytes: number) => void;
  #usedBytes: number;
  readonly #openFds = new Set<number>();

  /** `root` is a path through a descriptor; a quota of null never refuses. `refused` hears what would have been used. */
  constructor(root: string, quotaBytes: number | null, refused: (wantedBytes: number) => void = () => {}) {
    this.#refused = refused;
    this.#root = root;
    this.#quotaBytes = quotaBytes;
    this.#usedBytes = quotaBytes === null ? 0 : usedBelow(root);
  }

  /** Takes `bytes` more, or refuses with `nospc`. */
  take(bytes: number): void {
    if (this.#quotaBytes === null || bytes <= 0) return;
    if (this.#usedBytes + bytes > this.#quotaBytes) this.#usedBytes = usedBelow(this.#root) + this.#unlinkedBytes();
    if (this.#usedBytes + bytes > this.#quotaBytes) {
      this.#refused(this.#usedBytes + bytes);
      throw new WasiError(ERRNO.nospc);
    }
    this.#usedBytes += bytes;
  }

  takeEntry(): void {
    this.take(ENTRY_BYTES);
  }

  /** A file below the folder was opened, or is about to be closed. */
  opened(hostFd: number): void {
    this.#openFds.add(hostFd);
  }

  closing(hostFd: number): void {
    this.#openFds.delete(hostFd);
  }

  #unlinkedBytes(): number {
    // Two descriptors of one file without a name are one file.
    const sizes = new Map<number, number>();
    for (const fd of this.#openFds) {
      const { ino, nlink, size } = fstatSync(fd);
      if (nlink === 0) sizes.set(ino, size + ENTRY_BYTES);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}

/**
 * However deep: what is too deep for the kernel's longest path is an error, and the write that asked is refused. What goes away
 * during the look, by another instance of the app, costs nothing.
 */
function usedBelow(folder: string): number {
  let sum = 0;
  for (const entry of unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const path = `${folder}/${entry.name}`;
    sum += ENTRY_BYTES;
    if (entry.isDirectory()) sum += usedBelow(path);
    else if (entry.isFile()) sum += unlessGone(() => lstatSync(path).size) ?? 0;
  }
  return sum;
}

function unlessGone<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
