import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { ERRNO, WasiError } from './errno.ts';

/**
 * Where a guest's path ends: a directory held open, and one name in it. Node has no openat; `/proc/self/fd/<n>/<name>` is the
 * same thing on Linux. The walk takes one name at a time with O_NOFOLLOW, reads symbolic links itself and counts `..` against the
 * directories it came through, so that neither a link nor a rename in the middle can lead out of the directory it began in.
 */
export interface Place {
  /** Path for Node's functions that do not follow a last link: through the descriptor, one name. */
  readonly path: string;
  /** Host descriptor of the directory that holds the name. */
  readonly parentFd: number;
  /** A name, or `.` for the directory itself. */
  readonly name: string;
  /** The path ended in a slash, or in `.` or `..`: it can only mean a directory. */
  readonly mustBeDirectory: boolean;
}

/** O_PATH: a descriptor that only says where; the same number on every architecture that Node supports. */
const O_PATH = 0o10000000;
const HOPS_MAX = 40;
const SEGMENTS_MAX = 1024;
const PATH_BYTES_MAX = 4096;

/** Walks from `startFd` and hands the place to `use`; every directory opened on the way is closed after it. */
export function withPlace<T>(startFd: number, path: string, follow: boolean, use: (place: Place) => T): T {
  const stack = [startFd];
  try {
    return use(walk(stack, path, follow));
  } finally {
    for (const fd of stack.slice(1)) closeSync(fd);
  }
}

function walk(stack: number[], path: string, follow: boolean): Place {
  const segments = split(path);
  let mustBeDirectory = endsAsDirectory(path);
  let hops = 0;
  for (;;) {
    const segment = segments.shift();
    if (segment === undefined) return place(stack, '.', true);
    if (segment === '.') continue;
    if (segment === '..') {
      if (stack.length === 1) throw new WasiError(ERRNO.perm);
      closeSync(stack.pop() as number);
      continue;
    }
    const isLast = segments.length === 0;
    if (isLast && !follow && !mustBeDirectory) return place(stack, segment, false);
    const target = readLink(stack, segment);
    if (target !== null && !(isLast && !follow)) {
      hops += 1;
      if (hops > HOPS_MAX) throw new WasiError(ERRNO.loop);
      if (isLast && endsAsDirectory(target)) mustBeDirectory = true;
      segments.unshift(...split(target));
      if (segments.length > SEGMENTS_MAX) throw new WasiError(ERRNO.nametoolong);
    } else if (isLast) return place(stack, segment, mustBeDirectory);
    else stack.push(openSync(place(stack, segment, true).path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW));
  }
}

function place(stack: readonly number[], name: string, mustBeDirectory: boolean): Place {
  const parentFd = stack.at(-1) as number;
  return { path: `/proc/self/fd/${parentFd}/${name}`, parentFd, name, mustBeDirectory };
}

/** The target of a symbolic link; null for anything else, and for a name that is not there. */
function readLink(stack: readonly number[], name: string): string | null {
  try {
    return readlinkSync(place(stack, name, false).path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EINVAL' || code === 'ENOENT') return null;
    throw error;
  }
}

function split(path: string): string[] {
  if (path === '') throw new WasiError(ERRNO.noent);
  if (path.includes('\0')) throw new WasiError(ERRNO.inval);
  if (path.startsWith('/')) throw new WasiError(ERRNO.perm);
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) throw new WasiError(ERRNO.nametoolong);
  return path.split('/').filter((segment) => segment !== '');
}

function endsAsDirectory(path: string): boolean {
  return /(^|\/)\.{0,2}$/.test(path);
}
