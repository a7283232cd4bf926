import { readSync, writeSync } from 'node:fs';
import type { Channel } from '../channel.ts';
import type { FileDescriptor } from './descriptors.ts';
import { ERRNO, WasiError } from './errno.ts';
import { transfer } from './io-vectors.ts';
import { FDFLAGS } from './layout.ts';
import { statOf } from './stat.ts';

/** Reading and writing at a place in a file. The position of a descriptor is kept here; the kernel's is not used. */
export function readAt(file: FileDescriptor, buffers: readonly Uint8Array[], offset: bigint): number {
  const from = toPosition(offset);
  return transfer(buffers, (buffer, done) => readSync(file.hostFd, buffer, 0, buffer.length, from + done));
}

/** Writes, growing the file within its quota. With `append` the place is the end of the file, whatever was asked (POSIX O_APPEND). */
export function writeAt(
  file: FileDescriptor,
  buffers: readonly Uint8Array[],
  offset: bigint,
  channel: Channel,
): { written: number; endedAt: bigint } {
  const { size } = statOf(file.hostFd);
  const from = toPosition(file.flags & FDFLAGS.append ? size : offset);
  const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  if (length > 0) file.quota.take(from + length - Number(size));
  const written = transfer(buffers, (buffer, done) => writeSync(file.hostFd, buffer, 0, buffer.length, from + done));
  if (file.flags & (FDFLAGS.sync | FDFLAGS.dsync)) syncFile(file.hostFd, channel);
  return { written, endedAt: BigInt(from + written) };
}

/** Node's permission model offers no fsync: the agent does it on this descriptor. */
export function syncFile(hostFd: number, channel: Channel): void {
  if (channel.request({ op: 'sync', fd: hostFd }).status !== 0) throw new WasiError(ERRNO.io);
}

/** Node takes positions as doubles. */
function toPosition(offset: bigint): number {
  if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError(ERRNO.inval);
  return Number(offset);
}
