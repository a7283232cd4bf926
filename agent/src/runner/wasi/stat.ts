import { type BigIntStats, fstatSync, lstatSync } from 'node:fs';
import { FILE_TYPE } from './layout.ts';

export const FILESTAT_BYTES = 64;

export function fileTypeOf(
  stat: Pick<
    BigIntStats,
    'isDirectory' | 'isFile' | 'isSymbolicLink' | 'isBlockDevice' | 'isCharacterDevice' | 'isSocket'
  >,
): number {
  if (stat.isFile()) return FILE_TYPE.regularFile;
  if (stat.isDirectory()) return FILE_TYPE.directory;
  if (stat.isSymbolicLink()) return FILE_TYPE.symbolicLink;
  if (stat.isCharacterDevice()) return FILE_TYPE.characterDevice;
  if (stat.isBlockDevice()) return FILE_TYPE.blockDevice;
  return stat.isSocket() ? FILE_TYPE.socketStream : FILE_TYPE.unknown;
}

export function statOf(target: number | string): BigIntStats {
  return typeof target === 'number' ? fstatSync(target, { bigint: true }) : lstatSync(target, { bigint: true });
}

/** Times as the guest sees them, see exact-times.ts. */
export interface FileTimes {
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
}

/** `filestat`: dev, ino, type, links, size, and three times in ns. */
export function writeFilestat(view: DataView, stat: BigIntStats, { atimeNs, mtimeNs }: FileTimes = stat): void {
  view.setBigUint64(0, BigInt.asUintN(64, stat.dev), true);
  view.setBigUint64(8, BigInt.asUintN(64, stat.ino), true);
  view.setBigUint64(16, BigInt(fileTypeOf(stat)), true);
  view.setBigUint64(24, stat.nlink, true);
  view.setBigUint64(32, stat.size, true);
  view.setBigUint64(40, BigInt.asUintN(64, atimeNs), true);
  view.setBigUint64(48, BigInt.asUintN(64, mtimeNs), true);
  view.setBigUint64(56, BigInt.asUintN(64, stat.ctimeNs), true);
}
