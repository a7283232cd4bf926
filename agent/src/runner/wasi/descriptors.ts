import { closeSync } from 'node:fs';
import { ERRNO, WasiError } from './errno.ts';
import type { Quota } from './quota.ts';

/** What a guest's descriptor number stands for. Rights only shrink; flags are kept here because Node cannot set them on an open file. */
interface Rights {
  rightsBase: bigint;
  rightsInheriting: bigint;
  flags: number;
}

/** Standard input, output or error. `hostFd` is set when it is the process's own. */
export interface StreamDescriptor extends Rights {
  readonly kind: 'stream';
  readonly hostFd: number | null;
  /** Fills from the input; 0 is its end. */
  readonly read?: (into: Uint8Array) => number;
  readonly write?: (bytes: Uint8Array) => number;
}

export interface FileDescriptor extends Rights {
  readonly kind: 'file';
  readonly hostFd: number;
  position: bigint;
  readonly quota: Quota;
}

export interface DirectoryDescriptor extends Rights {
  readonly kind: 'directory';
  readonly hostFd: number;
  /** Name under which the guest was given it; null for one it opened itself. */
  readonly preopen: string | null;
  readonly quota: Quota;
  /** Names as they were when reading began, so that cookies stay good while entries come and go. */
  listing: readonly DirectoryEntry[] | null;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly fileType: number;
}

export type Descriptor = StreamDescriptor | FileDescriptor | DirectoryDescriptor;

/** More than any program of a small device holds open; leaves the runner its own share of RLIMIT_NOFILE. */
const DESCRIPTORS_MAX = 200;

export class DescriptorTable {
  readonly #entries = new Map<number, Descriptor>();

  get(fd: number): Descriptor {
    const found = this.#entries.get(fd >>> 0);
    if (found === undefined) throw new WasiError(ERRNO.badf);
    return found;
  }

  /** A descriptor that allows all of `rights`. */
  with(fd: number, rights: bigint): Descriptor {
    const found = this.get(fd);
    if ((found.rightsBase & rights) !== rights) throw new WasiError(ERRNO.notcapable);
    return found;
  }

  directory(fd: number, rights: bigint): DirectoryDescriptor {
    const found = this.get(fd);
    if (found.kind !== 'directory') throw new WasiError(ERRNO.notdir);
    if ((found.rightsBase & rights) !== rights) throw new WasiError(ERRNO.notcapable);
    return found;
  }

  file(fd: number, rights: bigint): FileDescriptor {
    const found = this.get(fd);
    if (found.kind === 'directory')
      throw new WasiError((found.rightsBase & rights) === rights ? ERRNO.isdir : ERRNO.badf);
    if (found.kind === 'stream') throw new WasiError(ERRNO.spipe);
    if ((found.rightsBase & rights) !== rights) throw new WasiError(ERRNO.notcapable);
    return found;
  }

  add(descriptor: Descriptor): number {
    if (this.#entries.size >= DESCRIPTORS_MAX) throw new WasiError(ERRNO.mfile);
    let fd = 0;
    while (this.#entries.has(fd)) fd += 1;
    this.#entries.set(fd, descriptor);
    return fd;
  }

  close(fd: number): void {
    const found = this.get(fd);
    this.#entries.delete(fd >>> 0);
    closeHost(found);
  }

  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from >>> 0 === to >>> 0) return;
    this.#entries.delete(from >>> 0);
    this.#entries.set(to >>> 0, moved);
    closeHost(replaced);
  }

  closeAll(): void {
    for (const descriptor of this.#entries.values()) closeHost(descriptor);
    this.#entries.clear();
  }
}

/** Standard streams of the process stay open: they are not the guest's. */
function closeHost(descriptor: Descriptor): void {
  if (descriptor.kind === 'stream') return;
  descriptor.quota.closing(descriptor.hostFd);
  closeSync(descriptor.hostFd);
}
