import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LIMITS, type Outcome, refuse, succeed } from '@wherry/protocol';

/** Opens a module's file for reading, not through a symbolic link. */
function openModuleFile(path: string): Outcome<number> {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return succeed(fd);
    closeSync(fd);
    return refuse('blob_missing', `${path} is not a file`);
  } catch (error) {
    return refuse('blob_missing', `open module ${path}: ${(error as Error).message}`);
  }
}

/** Reads a whole module and checks its digest. Codes: blob_missing, module_too_large, digest_mismatch. */
export function readModuleFile(path: string, digest: string | null): Outcome<Uint8Array> {
  const opened = openModuleFile(path);
  if (!opened.ok) return opened;
  try {
    const { size } = fstatSync(opened.value);
    if (size > LIMITS.moduleBytes)
      return refuse('module_too_large', `the module has ${size} bytes; the most is ${LIMITS.moduleBytes}`);
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let count = -1; at < size && count !== 0; at += count)
      count = readSync(opened.value, bytes, at, size - at, at);
    const found = `sha256:${createHash('sha256').update(bytes.subarray(0, at)).digest('hex')}`;
    if (digest !== null && found !== digest)
      return refuse(
        'digest_mismatch',
        `the module on disk is ${found}, the release names ${digest}: it is fetched again`,
      );
    return succeed(bytes.subarray(0, at));
  } finally {
    closeSync(opened.value);
  }
}
