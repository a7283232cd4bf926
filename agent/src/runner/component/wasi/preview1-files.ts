import { GuestMemory } from '../../guest-memory.ts';
import type { WasiContext } from '../../wasi/context.ts';
import { ERRNO } from '../../wasi/errno.ts';
import { wasiImports } from '../../wasi/host.ts';
import type { HostFunction } from '../../wherry-abi.ts';

/**
 * Files of WASI 0.2 are those of preview 1: its functions are called with memory of ours in place of a guest's, so that paths are
 * walked, links followed, rights and quota checked by one piece of code and not by two.
 */
const PATH_BYTES_MAX = 4096;
const PLACES = {
  path: 0,
  otherPath: PATH_BYTES_MAX,
  result: 2 * PATH_BYTES_MAX,
  vector: 2 * PATH_BYTES_MAX + 256,
  data: 16_384,
};
export const DATA_BYTES = 65_536;
const RESULT_BYTES = 64;

/** A file operation failed; `code` is a label of `wasi:filesystem/types` error-code. */
export class FileFailure extends Error {
  override readonly name = 'FileFailure';
  readonly code: string;
  constructor(code: string) {
    super(`file error ${code}`);
    this.code = code;
  }
}

const CODES: Readonly<Record<number, string>> = {
  [ERRNO.acces]: 'access',
  [ERRNO.again]: 'would-block',
  [ERRNO.badf]: 'bad-descriptor',
  [ERRNO.busy]: 'busy',
  [ERRNO.exist]: 'exist',
  [ERRNO.fbig]: 'file-too-large',
  [ERRNO.ilseq]: 'illegal-byte-sequence',
  [ERRNO.inval]: 'invalid',
  [ERRNO.isdir]: 'is-directory',
  [ERRNO.loop]: 'loop',
  [ERRNO.mfile]: 'insufficient-memory',
  [ERRNO.mlink]: 'too-many-links',
  [ERRNO.nametoolong]: 'name-too-long',
  [ERRNO.nfile]: 'insufficient-memory',
  [ERRNO.nodev]: 'no-device',
  [ERRNO.noent]: 'no-entry',
  [ERRNO.nomem]: 'insufficient-memory',
  [ERRNO.nospc]: 'insufficient-space',
  [ERRNO.nosys]: 'unsupported',
  [ERRNO.notcapable]: 'not-permitted',
  [ERRNO.notdir]: 'not-directory',
  [ERRNO.notempty]: 'not-empty',
  [ERRNO.notsup]: 'unsupported',
  [ERRNO.nxio]: 'no-such-device',
  [ERRNO.overflow]: 'overflow',
  [ERRNO.perm]: 'not-permitted',
  [ERRNO.pipe]: 'pipe',
  [ERRNO.range]: 'overflow',
  [ERRNO.rofs]: 'read-only',
  [ERRNO.spipe]: 'invalid-seek',
  [ERRNO.txtbsy]: 'text-file-busy',
  [ERRNO.xdev]: 'cross-device',
};

type Argument = number | bigint;

export class Preview1Files {
  readonly #memory: GuestMemory;
  readonly #functions: ReadonlyMap<string, HostFunction>;

  constructor(context: Omit<WasiContext, 'memory'>) {
    const scratch = { buffer: new ArrayBuffer(PLACES.data + DATA_BYTES) };
    this.#memory = new GuestMemory(() => scratch);
    this.#functions = wasiImports({ ...context, memory: this.#memory });
  }

  /** Calls a function of preview 1. Throws FileFailure. */
  call(name: string, ...args: readonly Argument[]): void {
    const errno = this.#functions.get(name)?.(...(args as never[]));
    if (errno !== ERRNO.success) throw new FileFailure(CODES[Number(errno)] ?? 'io');
  }

  /** A path as the pointer and length that a call takes. */
  path(text: string, place: 'path' | 'otherPath' = 'path'): [pointer: number, length: number] {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > PATH_BYTES_MAX) throw new FileFailure('name-too-long');
    this.#memory.write(PLACES[place], bytes);
    return [PLACES[place], bytes.length];
  }

  /** Where a call puts its result, and what it put there. */
  readonly resultAt = PLACES.result;
  result(): DataView {
    return this.#memory.view(PLACES.result, RESULT_BYTES);
  }

  /** A vector of one buffer, for calls that read. */
  vectorFor(length: number): [pointer: number, count: number] {
    const view = this.#memory.view(PLACES.vector, 8);
    view.setUint32(0, PLACES.data, true);
    view.setUint32(4, Math.min(length, DATA_BYTES), true);
    return [PLACES.vector, 1];
  }

  /** The same with content, for calls that write. */
  vectorOf(bytes: Uint8Array): [pointer: number, count: number] {
    this.#memory.write(PLACES.data, bytes);
    return this.vectorFor(bytes.length);
  }

  readonly dataAt = PLACES.data;
  data(length: number): Uint8Array {
    return this.#memory.copy(PLACES.data, length);
  }
}
