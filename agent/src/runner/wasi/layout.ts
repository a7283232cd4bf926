/** Numbers of WASI preview 1 that cross the boundary (WebAssembly/WASI, legacy/preview1/docs.md). */
export const FILE_TYPE = {
  unknown: 0,
  blockDevice: 1,
  characterDevice: 2,
  directory: 3,
  regularFile: 4,
  socketDgram: 5,
  socketStream: 6,
  symbolicLink: 7,
} as const;

const bit = (n: number) => 1n << BigInt(n);
export const RIGHT = {
  fdDatasync: bit(0),
  fdRead: bit(1),
  fdSeek: bit(2),
  fdFdstatSetFlags: bit(3),
  fdSync: bit(4),
  fdTell: bit(5),
  fdWrite: bit(6),
  fdAdvise: bit(7),
  fdAllocate: bit(8),
  pathCreateDirectory: bit(9),
  pathCreateFile: bit(10),
  pathLinkSource: bit(11),
  pathLinkTarget: bit(12),
  pathOpen: bit(13),
  fdReaddir: bit(14),
  pathReadlink: bit(15),
  pathRenameSource: bit(16),
  pathRenameTarget: bit(17),
  pathFilestatGet: bit(18),
  pathFilestatSetSize: bit(19),
  pathFilestatSetTimes: bit(20),
  fdFilestatGet: bit(21),
  fdFilestatSetSize: bit(22),
  fdFilestatSetTimes: bit(23),
  pathSymlink: bit(24),
  pathRemoveDirectory: bit(25),
  pathUnlinkFile: bit(26),
  pollFdReadwrite: bit(27),
  sockShutdown: bit(28),
  sockAccept: bit(29),
} as const;

const all = (...names: (keyof typeof RIGHT)[]) => names.reduce((sum, name) => sum | RIGHT[name], 0n);

/** Rights that mean something on an open file. */
export const FILE_RIGHTS = all(
  'fdDatasync',
  'fdRead',
  'fdSeek',
  'fdFdstatSetFlags',
  'fdSync',
  'fdTell',
  'fdWrite',
  'fdAdvise',
  'fdAllocate',
  'fdFilestatGet',
  'fdFilestatSetSize',
  'fdFilestatSetTimes',
  'pollFdReadwrite',
);
/** Rights that mean something on a directory. */
export const DIRECTORY_RIGHTS = all(
  'fdFdstatSetFlags',
  'fdSync',
  'fdDatasync',
  'fdAdvise',
  'pathCreateDirectory',
  'pathCreateFile',
  'pathLinkSource',
  'pathLinkTarget',
  'pathOpen',
  'fdReaddir',
  'pathReadlink',
  'pathRenameSource',
  'pathRenameTarget',
  'pathFilestatGet',
  'pathFilestatSetSize',
  'pathFilestatSetTimes',
  'fdFilestatGet',
  'fdFilestatSetTimes',
  'pathSymlink',
  'pathRemoveDirectory',
  'pathUnlinkFile',
  'pollFdReadwrite',
);
export const STREAM_RIGHTS = all('fdRead', 'fdWrite', 'fdFdstatSetFlags', 'fdFilestatGet', 'pollFdReadwrite');

export const OFLAGS = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;
export const FDFLAGS = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;
export const FDFLAGS_ALL = 31;
export const LOOKUP_SYMLINK_FOLLOW = 1;
export const FSTFLAGS = { atim: 1, atimNow: 2, mtim: 4, mtimNow: 8 } as const;
export const WHENCE = { set: 0, cur: 1, end: 2 } as const;
export const CLOCK = { realtime: 0, monotonic: 1, processCputime: 2, threadCputime: 3 } as const;
