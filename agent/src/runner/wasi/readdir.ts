import { type Dirent, readdirSync } from 'node:fs';
import type { WasiContext, WasiFunctions } from './context.ts';
import type { DirectoryDescriptor, DirectoryEntry } from './descriptors.ts';
import { ERRNO, errnoOf, WasiError } from './errno.ts';
import { FILE_TYPE, RIGHT } from './layout.ts';
import { statOf } from './stat.ts';

const DIRENT_BYTES = 24;

/** fd_readdir: entries from a cookie on, as many as fit; the last may be cut, which tells the guest to come again with more room. */
export function readdirFunctions({ memory, table }: WasiContext): WasiFunctions {
  return {
    fd_readdir: (fd: number, bufferAt: number, length: number, cookie: bigint, resultAt: number) => {
      const directory = table.directory(fd, RIGHT.fdReaddir);
      const buffer = memory.bytes(bufferAt, length);
      const from = BigInt.asUintN(64, cookie);
      if (from === 0n || directory.listing === null) directory.listing = list(directory);
      if (from > BigInt(directory.listing.length)) throw new WasiError(ERRNO.inval);
      let used = 0;
      for (let index = Number(from); index < directory.listing.length && used < buffer.length; index += 1) {
        const record = encode(directory, directory.listing[index] as DirectoryEntry, index + 1);
        const part = record.subarray(0, buffer.length - used);
        buffer.set(part, used);
        used += part.length;
      }
      memory.setU32(resultAt, used);
    },
  };
}

function list({ hostFd }: DirectoryDescriptor): DirectoryEntry[] {
  const entries = readdirSync(`/proc/self/fd/${hostFd}/.`, { withFileTypes: true });
  const self = ['.', '..'].map((name) => ({ name, fileType: FILE_TYPE.directory }));
  return [...self, ...entries.map((entry) => ({ name: entry.name, fileType: typeOfEntry(entry) }))];
}

function encode({ hostFd }: DirectoryDescriptor, { name, fileType }: DirectoryEntry, next: number): Uint8Array {
  const bytes = Buffer.from(name);
  const record = new Uint8Array(DIRENT_BYTES + bytes.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(next), true);
  view.setBigUint64(8, inodeOf(hostFd, name), true);
  view.setUint32(16, bytes.length, true);
  view.setUint8(20, fileType);
  record.set(bytes, DIRENT_BYTES);
  return record;
}

/** `..` has the number of the directory itself: what lies above a guest's folder is not its business. */
function inodeOf(hostFd: number, name: string): bigint {
  try {
    return statOf(name === '.' || name === '..' ? hostFd : `/proc/self/fd/${hostFd}/${name}`).ino;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return 0n;
  }
}

function typeOfEntry(entry: Dirent): number {
  if (entry.isFile()) return FILE_TYPE.regularFile;
  if (entry.isDirectory()) return FILE_TYPE.directory;
  return entry.isSymbolicLink() ? FILE_TYPE.symbolicLink : FILE_TYPE.unknown;
}
