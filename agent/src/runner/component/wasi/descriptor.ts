import { DIRECTORY_RIGHTS, FILE_RIGHTS, FILE_TYPE, LOOKUP_SYMLINK_FOLLOW, OFLAGS, RIGHT } from '../../wasi/layout.ts';
import { optional } from '../abi/values.ts';
import { datetime } from './cli.ts';
import { DATA_BYTES, FileFailure, type Preview1Files } from './preview1-files.ts';
import { InputStream, IoError, OutputStream, StreamFailure } from './streams.ts';

/** `descriptor` of wasi:filesystem/types: a descriptor of preview 1 that lasts as long as the handle, or a stream of it, does. */
export const FLAG = { read: 1, write: 2, fileSync: 4, dataSync: 8, requestedSync: 16, mutate: 32 } as const;
const OPEN_FLAG = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const FOLLOW = 1;
const TYPES: Readonly<Record<number, string>> = {
  [FILE_TYPE.blockDevice]: 'block-device',
  [FILE_TYPE.characterDevice]: 'character-device',
  [FILE_TYPE.directory]: 'directory',
  [FILE_TYPE.regularFile]: 'regular-file',
  [FILE_TYPE.symbolicLink]: 'symbolic-link',
  [FILE_TYPE.socketDgram]: 'socket',
  [FILE_TYPE.socketStream]: 'socket',
};
const FDFLAG = { dsync: 2, rsync: 8, sync: 16 } as const;

export interface FileStat {
  readonly type: string;
  readonly device: bigint;
  readonly inode: bigint;
  readonly record: Readonly<Record<string, unknown>>;
}

export class Descriptor {
  readonly files: Preview1Files;
  readonly fd: number;
  readonly flags: number;
  #users = 1;

  constructor(files: Preview1Files, fd: number, flags: number) {
    this.files = files;
    this.fd = fd;
    this.flags = flags;
  }

  open(pathFlags: number, path: string, openFlags: number, flags: number): Descriptor {
    const oflags =
      (openFlags & OPEN_FLAG.create ? OFLAGS.creat : 0) |
      (openFlags & OPEN_FLAG.directory ? OFLAGS.directory : 0) |
      (openFlags & OPEN_FLAG.exclusive ? OFLAGS.excl : 0) |
      (openFlags & OPEN_FLAG.truncate ? OFLAGS.trunc : 0);
    const fdflags =
      (flags & FLAG.fileSync ? FDFLAG.sync : 0) |
      (flags & FLAG.dataSync ? FDFLAG.dsync : 0) |
      (flags & FLAG.requestedSync ? FDFLAG.rsync : 0);
    const { files } = this;
    const [at, length] = files.path(path);
    files.call(
      'path_open',
      this.fd,
      lookupOf(pathFlags),
      at,
      length,
      oflags,
      rightsOf(flags),
      DIRECTORY_RIGHTS | FILE_RIGHTS,
      fdflags,
      files.resultAt,
    );
    const opened = new Descriptor(files, files.result().getUint32(0, true), flags);
    if (!(flags & FLAG.write) || opened.type() !== 'directory') return opened;
    opened.drop();
    throw new FileFailure('is-directory');
  }

  type(): string {
    return this.stat().type;
  }

  stat(): FileStat {
    this.files.call('fd_filestat_get', this.fd, this.files.resultAt);
    return readStat(this.files.result());
  }

  statAt(pathFlags: number, path: string): FileStat {
    const [at, length] = this.files.path(path);
    this.files.call('path_filestat_get', this.fd, lookupOf(pathFlags), at, length, this.files.resultAt);
    return readStat(this.files.result());
  }

  read(length: number, offset: bigint): Uint8Array {
    const { files } = this;
    files.call('fd_pread', this.fd, ...files.vectorFor(length), BigInt.asIntN(64, offset), files.resultAt);
    return files.data(files.result().getUint32(0, true));
  }

  /** Writes part by part; answers how much, which is less only when there is no room for more. */
  write(bytes: Uint8Array, offset: bigint): number {
    let done = this.#writePart(bytes, offset);
    try {
      while (done < bytes.length) done += this.#writePart(bytes.subarray(done), offset + BigInt(done));
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error;
    }
    return done;
  }

  #writePart(bytes: Uint8Array, offset: bigint): number {
    const { files } = this;
    const part = bytes.subarray(0, DATA_BYTES);
    files.call('fd_pwrite', this.fd, ...files.vectorOf(part), BigInt.asIntN(64, offset), files.resultAt);
    return files.result().getUint32(0, true);
  }

  input(from: bigint): InputStream {
    this.#expectFile();
    let offset = from;
    return new InputStream({
      read: (most) =>
        streaming(() => {
          const bytes = this.read(most, offset);
          offset += BigInt(bytes.length);
          return bytes;
        }),
      close: this.#used(),
    });
  }

  /** From an offset on; null: always at the end. */
  output(from: bigint | null): OutputStream {
    this.#expectFile();
    let offset = from;
    return new OutputStream({
      write: (bytes) =>
        streaming(() => {
          for (let done = 0; done < bytes.length; ) {
            const at = offset ?? (this.stat().record.size as bigint);
            const written = this.write(bytes.subarray(done), at);
            done += written;
            if (offset !== null) offset += BigInt(written);
          }
        }),
      close: this.#used(),
    });
  }

  /** One handle more, so that the last drop is not that of the guest. */
  keep(): void {
    this.#users += 1;
  }

  drop(): void {
    this.#users -= 1;
    if (this.#users === 0) this.files.call('fd_close', this.fd);
  }

  #used(): () => void {
    this.keep();
    return () => this.drop();
  }

  #expectFile(): void {
    if (this.type() === 'directory') throw new FileFailure('is-directory');
  }
}

export function lookupOf(pathFlags: number): number {
  return pathFlags & FOLLOW ? LOOKUP_SYMLINK_FOLLOW : 0;
}

const READS = RIGHT.fdRead | RIGHT.fdReaddir;
const WRITES = RIGHT.fdWrite | RIGHT.fdAllocate | RIGHT.fdFilestatSetSize;

function rightsOf(flags: number): bigint {
  const all = (DIRECTORY_RIGHTS | FILE_RIGHTS) & ~READS & ~WRITES;
  return all | (flags & FLAG.read || !(flags & FLAG.write) ? READS : 0n) | (flags & FLAG.write ? WRITES : 0n);
}

/** `filestat` of preview 1. */
function readStat(view: DataView): FileStat {
  const type = TYPES[view.getUint8(16)] ?? 'unknown';
  const time = (at: number) => optional(datetime(view.getBigUint64(at, true)));
  return {
    type,
    device: view.getBigUint64(0, true),
    inode: view.getBigUint64(8, true),
    record: {
      type,
      'link-count': view.getBigUint64(24, true),
      size: view.getBigUint64(32, true),
      'data-access-timestamp': time(40),
      'data-modification-timestamp': time(48),
      'status-change-timestamp': time(56),
    },
  };
}

/** A failure of a file, as that of a stream. */
function streaming<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileFailure) throw new StreamFailure(new IoError(error.message, error.code));
    throw error;
  }
}
