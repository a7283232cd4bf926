import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import type { Effects } from '../effects.ts';

const CHUNK_BYTES = 256 * 1024;

/** The file on its way, and the hash of what it holds. What an earlier try left is read and gone on from. */
export class PartialFile {
  readonly path: string;
  length = 0;
  hash: Hash = createHash('sha256');
  readonly #effects: Effects;
  #file: number | null;

  constructor(path: string, effects: Effects) {
    this.path = path;
    this.#effects = effects;
    const file = effects.run('blob.open', () => openOwn(path));
    this.#file = file;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, this.length);
      if (read === 0) break;
      this.hash.update(chunk.subarray(0, read));
      this.length += read;
    }
  }

  append(chunk: Uint8Array): void {
    const file = this.#open();
    this.#effects.run('blob.write', () => {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at, chunk.length - at, this.length + at);
    });
    this.hash.update(chunk);
    this.length += chunk.length;
  }

  /** `sha256:…` of all that it holds. */
  digest(): string {
    return `sha256:${this.hash.copy().digest('hex')}`;
  }

  restart(): void {
    const file = this.#open();
    this.#effects.run('blob.truncate', () => ftruncateSync(file));
    this.hash = createHash('sha256');
    this.length = 0;
  }

  sync(): void {
    const file = this.#open();
    this.#effects.run('blob.sync', () => fsyncSync(file));
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #open(): number {
    if (this.#file === null) throw new Error(`${this.path} is closed`);
    return this.#file;
  }
}

/** A link that was planted in the file's place goes: what is written would land where it leads. */
function openOwn(path: string): number {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isFile() && there.nlink === 1) return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
  rmSync(path, { force: true, recursive: true });
  return openSync(path, 'wx+', 0o600);
}
