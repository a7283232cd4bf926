import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { LIMITS } from '@wherry/protocol/admission';
import { LoadRefusal } from './guest.ts';

/**
 * Reads a module from a descriptor and checks that these very bytes have the digest: a file that is exchanged between check and
 * use cannot slip in, because there is no second read.
 */
export function readModuleBytes(fd: number, digest: string | null): Uint8Array {
  const { size } = fstatSync(fd);
  if (size > LIMITS.moduleBytes)
    throw new LoadRefusal('module_too_large', `the module has ${size} bytes; the most is ${LIMITS.moduleBytes}`);
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = readSync(fd, bytes, at, size - at, at);
    if (count === 0) throw new LoadRefusal('length_mismatch', `the module ended after ${at} of ${size} bytes`);
    at += count;
  }
  if (digest !== null) {
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (found !== digest)
      throw new LoadRefusal('digest_mismatch', `the module on disk is ${found}, the release names ${digest}`);
  }
  return bytes;
}
