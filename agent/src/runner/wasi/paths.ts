import { linkSync, mkdirSync, readlinkSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { STATUS } from '../messages.ts';
import type { WasiContext, WasiFunctions } from './context.ts';
import { ERRNO, WasiError } from './errno.ts';
import { LOOKUP_SYMLINK_FOLLOW, RIGHT } from './layout.ts';
import { type Place, withPlace } from './path-walk.ts';
import { FILESTAT_BYTES, statOf, writeFilestat } from './stat.ts';

const NEW_DIRECTORY_MODE = 0o755;

/**
 * path_* but path_open. The last name of a place is never followed by the kernel: a slash behind it would make it do so, hence
 * "must be a directory" is asked with lstat and not by writing the slash.
 */
export function pathFunctions({ memory, table, times, channel }: WasiContext): WasiFunctions {
  /** Walks from a descriptor that has `right`. */
  function at<T>(
    fd: number,
    right: bigint,
    pathAt: number,
    length: number,
    follow: boolean,
    use: (place: Place) => T,
  ): T {
    const directory = table.directory(fd, right);
    return withPlace(directory.hostFd, memory.text(pathAt, length), follow, use);
  }

  return {
    path_create_directory: (fd: number, pathAt: number, length: number) => {
      const { quota } = table.directory(fd, RIGHT.pathCreateDirectory);
      at(fd, RIGHT.pathCreateDirectory, pathAt, length, false, (place) => {
        quota.takeEntry();
        mkdirSync(place.path, NEW_DIRECTORY_MODE);
      });
    },
    path_filestat_get: (fd: number, lookup: number, pathAt: number, length: number, resultAt: number) => {
      const view = memory.view(resultAt, FILESTAT_BYTES);
      at(fd, RIGHT.pathFilestatGet, pathAt, length, follows(lookup), (place) => {
        const stat = statOf(checked(place));
        writeFilestat(view, stat, times.exact(stat));
      });
    },
    path_filestat_set_times: (
      fd: number,
      lookup: number,
      pathAt: number,
      length: number,
      atim: bigint,
      mtim: bigint,
      flags: number,
    ) => {
      at(fd, RIGHT.pathFilestatSetTimes, pathAt, length, follows(lookup), (place) =>
        times.set(checked(place), BigInt.asUintN(64, atim), BigInt.asUintN(64, mtim), flags),
      );
    },
    path_link: (
      oldFd: number,
      lookup: number,
      oldAt: number,
      oldLength: number,
      newFd: number,
      newAt: number,
      newLength: number,
    ) => {
      const { quota } = table.directory(newFd, RIGHT.pathLinkTarget);
      at(oldFd, RIGHT.pathLinkSource, oldAt, oldLength, follows(lookup), (from) =>
        at(newFd, RIGHT.pathLinkTarget, newAt, newLength, false, (to) => {
          quota.takeEntry();
          linkSync(checked(from), checkedNew(to));
        }),
      );
    },
    path_readlink: (
      fd: number,
      pathAt: number,
      length: number,
      bufferAt: number,
      bufferLength: number,
      resultAt: number,
    ) => {
      const buffer = memory.bytes(bufferAt, bufferLength);
      at(fd, RIGHT.pathReadlink, pathAt, length, false, (place) => {
        const target = Buffer.from(readlinkSync(checked(place))).subarray(0, buffer.length);
        buffer.set(target);
        memory.setU32(resultAt, target.length);
      });
    },
    path_remove_directory: (fd: number, pathAt: number, length: number) => {
      at(fd, RIGHT.pathRemoveDirectory, pathAt, length, false, (place) => rmdirSync(place.path));
    },
    path_rename: (oldFd: number, oldAt: number, oldLength: number, newFd: number, newAt: number, newLength: number) => {
      at(oldFd, RIGHT.pathRenameSource, oldAt, oldLength, false, (from) =>
        at(newFd, RIGHT.pathRenameTarget, newAt, newLength, false, (to) => {
          const isDirectory = statOf(checked(from)).isDirectory();
          if (to.mustBeDirectory && !isDirectory) throw new WasiError(ERRNO.notdir);
          renameSync(from.path, to.path);
        }),
      );
    },
    path_symlink: (targetAt: number, targetLength: number, fd: number, pathAt: number, length: number) => {
      const target = memory.text(targetAt, targetLength);
      if (target === '') throw new WasiError(ERRNO.noent);
      if (target.includes('\0')) throw new WasiError(ERRNO.inval);
      // The host resolves links inside the guest's folder only; an absolute one could only mislead whoever looks from outside.
      if (target.startsWith('/')) throw new WasiError(ERRNO.perm);
      const { quota } = table.directory(fd, RIGHT.pathSymlink);
      at(fd, RIGHT.pathSymlink, pathAt, length, false, (place) => {
        checkedNew(place);
        quota.takeEntry();
        const { status } = channel.request({ op: 'symlink', fd: place.parentFd, name: place.name, target });
        if (status === STATUS.absent) throw new WasiError(ERRNO.exist);
        if (status !== STATUS.ok) throw new WasiError(status === STATUS.denied ? ERRNO.acces : ERRNO.io);
      });
    },
    path_unlink_file: (fd: number, pathAt: number, length: number) => {
      at(fd, RIGHT.pathUnlinkFile, pathAt, length, false, (place) => unlinkSync(checked(place)));
    },
  };
}

function follows(lookup: number): boolean {
  return (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0;
}

/** The path of a place that is there, and is a directory if it must be. */
function checked(place: Place): string {
  if (place.mustBeDirectory && place.name !== '.' && !statOf(place.path).isDirectory())
    throw new WasiError(ERRNO.notdir);
  return place.path;
}

/** The path of a place where something other than a directory is about to be made. */
function checkedNew(place: Place): string {
  if (!place.mustBeDirectory) return place.path;
  throw new WasiError(isThere(place.path) ? ERRNO.exist : ERRNO.noent);
}

function isThere(path: string): boolean {
  try {
    statOf(path);
    return true;
  } catch {
    return false;
  }
}
