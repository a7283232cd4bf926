import { closeSync, constants, openSync } from 'node:fs';
import type { WasiContext, WasiFunctions } from './context.ts';
import type { Descriptor, DirectoryDescriptor } from './descriptors.ts';
import { ERRNO, WasiError } from './errno.ts';
import { DIRECTORY_RIGHTS, FDFLAGS_ALL, FILE_RIGHTS, LOOKUP_SYMLINK_FOLLOW, OFLAGS, RIGHT } from './layout.ts';
import { type Place, withPlace } from './path-walk.ts';
import { statOf } from './stat.ts';

const WRITES = RIGHT.fdWrite | RIGHT.fdAllocate | RIGHT.fdFilestatSetSize;
const NEW_FILE_MODE = 0o644;

/** path_open: the one way to a new descriptor. Its rights are those asked for that the directory passes on. */
export function pathOpenFunctions({ memory, table }: WasiContext): WasiFunctions {
  return {
    path_open: (
      fd: number,
      lookup: number,
      pathAt: number,
      pathLength: number,
      oflags: number,
      base: bigint,
      inheriting: bigint,
      fdflags: number,
      resultAt: number,
    ) => {
      if (oflags & ~15 || fdflags & ~FDFLAGS_ALL) throw new WasiError(ERRNO.inval);
      const needed =
        RIGHT.pathOpen |
        (oflags & OFLAGS.creat ? RIGHT.pathCreateFile : 0n) |
        (oflags & OFLAGS.trunc ? RIGHT.pathFilestatSetSize : 0n);
      const directory = table.directory(fd, needed);
      const path = memory.text(pathAt, pathLength);
      memory.bytes(resultAt, 4);
      const isExclusive = (oflags & OFLAGS.creat) !== 0 && (oflags & OFLAGS.excl) !== 0;
      const follow = (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0 && !isExclusive;
      const rights = { base: base & directory.rightsInheriting, inheriting: inheriting & directory.rightsInheriting };
      const opened = withPlace(directory.hostFd, path, follow, (place) => open(place, oflags, rights.base, directory));
      const descriptor = describe(opened, rights, fdflags, directory);
      try {
        memory.setU32(resultAt, table.add(descriptor));
      } catch (error) {
        directory.quota.closing(opened);
        closeSync(opened);
        throw error;
      }
    },
  };
}

function open(place: Place, oflags: number, base: bigint, { quota }: DirectoryDescriptor): number {
  const asDirectory = place.mustBeDirectory || (oflags & OFLAGS.directory) !== 0;
  // O_NONBLOCK: to open a FIFO that somebody left there must not stop the runner.
  const always = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  if (asDirectory) {
    if (oflags & OFLAGS.creat && oflags & OFLAGS.directory) throw new WasiError(ERRNO.inval);
    if (oflags & OFLAGS.directory && (base & RIGHT.fdWrite) !== 0n) throw new WasiError(ERRNO.isdir);
    return openSync(place.path, constants.O_RDONLY | constants.O_DIRECTORY | always);
  }
  const wantsRead = (base & (RIGHT.fdRead | RIGHT.fdReaddir)) !== 0n;
  const access = (base & WRITES) === 0n ? constants.O_RDONLY : wantsRead ? constants.O_RDWR : constants.O_WRONLY;
  if (oflags & OFLAGS.creat && !exists(place.path)) quota.takeEntry();
  const flags =
    (oflags & OFLAGS.creat ? constants.O_CREAT : 0) |
    (oflags & OFLAGS.excl ? constants.O_EXCL : 0) |
    (oflags & OFLAGS.trunc ? constants.O_TRUNC : 0);
  try {
    return openSync(place.path, access | flags | always, NEW_FILE_MODE);
  } catch (error) {
    // Rights that only files have are often asked for without meaning them; a directory then opens without.
    const isPlain = flags === 0 && (base & RIGHT.fdWrite) === 0n;
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR' || !isPlain) throw error;
    return openSync(place.path, constants.O_RDONLY | constants.O_DIRECTORY | always);
  }
}

function describe(
  hostFd: number,
  rights: { base: bigint; inheriting: bigint },
  flags: number,
  { quota }: DirectoryDescriptor,
): Descriptor {
  const stat = statOf(hostFd);
  if (stat.isDirectory()) {
    const rightsBase = rights.base & DIRECTORY_RIGHTS;
    return {
      kind: 'directory',
      hostFd,
      preopen: null,
      quota,
      listing: null,
      rightsBase,
      rightsInheriting: rights.inheriting,
      flags,
    };
  }
  if (!stat.isFile()) {
    closeSync(hostFd);
    throw new WasiError(ERRNO.acces);
  }
  quota.opened(hostFd);
  return {
    kind: 'file',
    hostFd,
    position: 0n,
    quota,
    rightsBase: rights.base & FILE_RIGHTS,
    rightsInheriting: 0n,
    flags,
  };
}

function exists(path: string): boolean {
  try {
    statOf(path);
    return true;
  } catch {
    return false;
  }
}
