import { ftruncateSync } from 'node:fs';
import type { WasiContext, WasiFunctions } from './context.ts';
import type { Descriptor } from './descriptors.ts';
import { ERRNO, WasiError } from './errno.ts';
import { readAt, syncFile, writeAt } from './file-io.ts';
import { ioVectors, transfer } from './io-vectors.ts';
import { FDFLAGS, FILE_TYPE, RIGHT, WHENCE } from './layout.ts';
import { FILESTAT_BYTES, fileTypeOf, statOf, writeFilestat } from './stat.ts';

const FDSTAT_BYTES = 24;
const PRESTAT_BYTES = 8;
const ADVICE_MAX = 5;

/** fd_* but fd_readdir: descriptors, reading and writing. */
export function fdFunctions({ memory, table, times, channel }: WasiContext): WasiFunctions {
  function resize(fd: number, size: bigint, right: bigint, mayShrink: boolean): void {
    const file = table.file(fd, right);
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError(ERRNO.inval);
    const before = statOf(file.hostFd).size;
    if (size < before && !mayShrink) return;
    file.quota.take(Number(size - before));
    ftruncateSync(file.hostFd, Number(size));
  }

  function sync(fd: number, right: bigint): void {
    const found = table.with(fd, right);
    if (found.kind !== 'stream') syncFile(found.hostFd, channel);
  }

  return {
    fd_advise: (fd: number, offset: bigint, length: bigint, advice: number) => {
      table.file(fd, RIGHT.fdAdvise);
      if (advice > ADVICE_MAX || offset < 0n || length < 0n) throw new WasiError(ERRNO.inval);
    },
    fd_allocate: (fd: number, offset: bigint, length: bigint) => {
      if (offset < 0n || length <= 0n) throw new WasiError(ERRNO.inval);
      resize(fd, offset + length, RIGHT.fdAllocate, false);
    },
    fd_close: (fd: number) => table.close(fd),
    fd_datasync: (fd: number) => sync(fd, RIGHT.fdDatasync),
    fd_sync: (fd: number) => sync(fd, RIGHT.fdSync),
    fd_fdstat_get: (fd: number, resultAt: number) => {
      const found = table.get(fd);
      const view = memory.view(resultAt, FDSTAT_BYTES);
      view.setUint16(0, fileTypeOfDescriptor(found), true);
      view.setUint16(2, found.flags, true);
      view.setUint32(4, 0, true);
      view.setBigUint64(8, found.rightsBase, true);
      view.setBigUint64(16, found.rightsInheriting, true);
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      const found = table.with(fd, RIGHT.fdFdstatSetFlags);
      if (flags & ~(FDFLAGS.append | FDFLAGS.nonblock)) throw new WasiError(ERRNO.notsup);
      found.flags = (found.flags & ~(FDFLAGS.append | FDFLAGS.nonblock)) | flags;
    },
    fd_fdstat_set_rights: (fd: number, base: bigint, inheriting: bigint) => {
      const found = table.get(fd);
      if ((base & ~found.rightsBase) !== 0n || (inheriting & ~found.rightsInheriting) !== 0n)
        throw new WasiError(ERRNO.notcapable);
      found.rightsBase = base;
      found.rightsInheriting = inheriting;
    },
    fd_filestat_get: (fd: number, resultAt: number) => {
      const found = table.with(fd, RIGHT.fdFilestatGet);
      const view = memory.view(resultAt, FILESTAT_BYTES);
      if (found.hostFd !== null) {
        const stat = statOf(found.hostFd);
        writeFilestat(view, stat, times.exact(stat));
      } else {
        new Uint8Array(view.buffer, view.byteOffset, FILESTAT_BYTES).fill(0);
        view.setUint8(16, FILE_TYPE.characterDevice);
      }
    },
    fd_filestat_set_size: (fd: number, size: bigint) => resize(fd, size, RIGHT.fdFilestatSetSize, true),
    fd_filestat_set_times: (fd: number, atim: bigint, mtim: bigint, flags: number) => {
      const found = table.with(fd, RIGHT.fdFilestatSetTimes);
      if (found.kind === 'stream') throw new WasiError(ERRNO.badf);
      times.set(found.hostFd, BigInt.asUintN(64, atim), BigInt.asUintN(64, mtim), flags);
    },
    fd_pread: (fd: number, listAt: number, count: number, offset: bigint, resultAt: number) => {
      const file = table.file(fd, RIGHT.fdRead | RIGHT.fdSeek);
      memory.setU32(resultAt, readAt(file, ioVectors(memory, listAt, count), BigInt.asUintN(64, offset)));
    },
    fd_pwrite: (fd: number, listAt: number, count: number, offset: bigint, resultAt: number) => {
      const file = table.file(fd, RIGHT.fdWrite | RIGHT.fdSeek);
      const { written } = writeAt(file, ioVectors(memory, listAt, count), BigInt.asUintN(64, offset), channel);
      memory.setU32(resultAt, written);
    },
    fd_read: (fd: number, listAt: number, count: number, resultAt: number) => {
      const found = table.with(fd, RIGHT.fdRead);
      const buffers = ioVectors(memory, listAt, count);
      if (found.kind === 'directory') throw new WasiError(ERRNO.isdir);
      if (found.kind === 'file') {
        const length = readAt(found, buffers, found.position);
        found.position += BigInt(length);
        memory.setU32(resultAt, length);
      } else {
        const { read } = found;
        if (read === undefined) throw new WasiError(ERRNO.badf);
        memory.setU32(resultAt, transfer(buffers, read));
      }
    },
    fd_write: (fd: number, listAt: number, count: number, resultAt: number) => {
      const found = table.with(fd, RIGHT.fdWrite);
      const buffers = ioVectors(memory, listAt, count);
      if (found.kind === 'directory') throw new WasiError(ERRNO.isdir);
      if (found.kind === 'file') {
        const { written, endedAt } = writeAt(found, buffers, found.position, channel);
        found.position = endedAt;
        memory.setU32(resultAt, written);
      } else {
        const { write } = found;
        if (write === undefined) throw new WasiError(ERRNO.badf);
        memory.setU32(resultAt, transfer(buffers, write));
      }
    },
    fd_prestat_get: (fd: number, resultAt: number) => {
      const name = preopenName(table.get(fd));
      const view = memory.view(resultAt, PRESTAT_BYTES);
      view.setUint32(0, 0, true);
      view.setUint32(4, name.length, true);
    },
    fd_prestat_dir_name: (fd: number, pathAt: number, length: number) => {
      const name = preopenName(table.get(fd));
      if (name.length > length >>> 0) throw new WasiError(ERRNO.nametoolong);
      memory.write(pathAt, name);
    },
    fd_renumber: (from: number, to: number) => table.renumber(from, to),
    fd_seek: (fd: number, offset: bigint, whence: number, resultAt: number) => {
      const isTell = offset === 0n && whence === WHENCE.cur;
      const file = table.file(fd, isTell ? RIGHT.fdTell : RIGHT.fdSeek | RIGHT.fdTell);
      const base =
        whence === WHENCE.set ? 0n : whence === WHENCE.cur ? file.position : sizeForSeek(file.hostFd, whence);
      const position = base + offset;
      if (position < 0n || position >= 2n ** 63n) throw new WasiError(ERRNO.inval);
      file.position = position;
      memory.setU64(resultAt, position);
    },
    fd_tell: (fd: number, resultAt: number) => memory.setU64(resultAt, table.file(fd, RIGHT.fdTell).position),
  };
}

function sizeForSeek(hostFd: number, whence: number): bigint {
  if (whence !== WHENCE.end) throw new WasiError(ERRNO.inval);
  return statOf(hostFd).size;
}

function preopenName(descriptor: Descriptor): Uint8Array {
  if (descriptor.kind !== 'directory' || descriptor.preopen === null) throw new WasiError(ERRNO.badf);
  return Buffer.from(descriptor.preopen);
}

function fileTypeOfDescriptor(descriptor: Descriptor): number {
  switch (descriptor.kind) {
    case 'file':
      return FILE_TYPE.regularFile;
    case 'directory':
      return FILE_TYPE.directory;
    case 'stream':
      // Programs flush line by line when they believe a person watches: what goes to the log should go at once.
      return descriptor.hostFd === null ? FILE_TYPE.characterDevice : fileTypeOf(statOf(descriptor.hostFd));
  }
}
