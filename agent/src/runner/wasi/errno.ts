import { MemoryFault } from '../guest-memory.ts';

/** Error numbers of WASI preview 1 (WebAssembly/WASI, legacy/preview1/docs.md, "errno") that this host returns. */
export const ERRNO = {
  success: 0,
  acces: 2,
  again: 6,
  badf: 8,
  busy: 10,
  exist: 20,
  fault: 21,
  fbig: 22,
  ilseq: 25,
  inval: 28,
  io: 29,
  isdir: 31,
  loop: 32,
  mfile: 33,
  mlink: 34,
  nametoolong: 37,
  nfile: 41,
  nodev: 43,
  noent: 44,
  nomem: 48,
  nospc: 51,
  nosys: 52,
  notdir: 54,
  notempty: 55,
  notsock: 57,
  notsup: 58,
  nxio: 60,
  overflow: 61,
  perm: 63,
  pipe: 64,
  range: 68,
  rofs: 69,
  spipe: 70,
  txtbsy: 74,
  xdev: 75,
  notcapable: 76,
} as const;
export type Errno = (typeof ERRNO)[keyof typeof ERRNO];

/** Ends a WASI call with an error number. */
export class WasiError extends Error {
  override readonly name = 'WasiError';
  readonly errno: Errno;
  constructor(errno: Errno) {
    super(`WASI error ${errno}`);
    this.errno = errno;
  }
}

/** Codes of Linux as Node names them. What the permission model refuses is an access error like any other. */
const BY_CODE: Readonly<Record<string, Errno>> = {
  EACCES: ERRNO.acces,
  ERR_ACCESS_DENIED: ERRNO.acces,
  EAGAIN: ERRNO.again,
  EBADF: ERRNO.badf,
  EBUSY: ERRNO.busy,
  EDQUOT: ERRNO.nospc,
  EEXIST: ERRNO.exist,
  EFBIG: ERRNO.fbig,
  EINVAL: ERRNO.inval,
  EIO: ERRNO.io,
  EISDIR: ERRNO.isdir,
  ELOOP: ERRNO.loop,
  EMFILE: ERRNO.mfile,
  EMLINK: ERRNO.mlink,
  ENAMETOOLONG: ERRNO.nametoolong,
  ENFILE: ERRNO.nfile,
  ENODEV: ERRNO.nodev,
  ENOENT: ERRNO.noent,
  ENOMEM: ERRNO.nomem,
  ENOSPC: ERRNO.nospc,
  ENOTDIR: ERRNO.notdir,
  ENOTEMPTY: ERRNO.notempty,
  ENOTSUP: ERRNO.notsup,
  ENXIO: ERRNO.nxio,
  EPERM: ERRNO.perm,
  EPIPE: ERRNO.pipe,
  EROFS: ERRNO.rofs,
  ESPIPE: ERRNO.spipe,
  ETXTBSY: ERRNO.txtbsy,
  EXDEV: ERRNO.xdev,
  ERR_INVALID_ARG_VALUE: ERRNO.inval,
  ERR_OUT_OF_RANGE: ERRNO.inval,
};

/** The number for an exception that a call may end with; null for one that must go through (exit, abort, a bug). */
export function errnoOf(error: unknown): Errno | null {
  if (error instanceof WasiError) return error.errno;
  if (error instanceof MemoryFault) return ERRNO.fault;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && Object.hasOwn(BY_CODE, code) ? (BY_CODE[code] as Errno) : null;
}
