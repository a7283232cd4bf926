import { constants, zstdCompressSync } from 'node:zlib';
import { LIMITS } from '@wherry/protocol';

/**
 * A blob as one zstd frame (RFC 8878) over another blob as raw dictionary. The window covers both, so that the whole base is in reach
 * from the first byte to the last. Lower levels have tables that hold a part of a large base only, and then find nothing in the rest;
 * these two take some seconds of one core and 200 MB for the largest blob.
 */
export function compressDelta(base: Uint8Array, blob: Uint8Array): Buffer {
  const windowLog = Math.ceil(Math.log2(base.length + blob.length + 1));
  return zstdCompressSync(blob, {
    dictionary: Buffer.from(base.buffer, base.byteOffset, base.byteLength),
    params: {
      [constants.ZSTD_c_compressionLevel]: blob.length <= LARGE_BYTES ? 19 : 16,
      [constants.ZSTD_c_windowLog]: Math.min(Math.max(windowLog, WINDOW_LOG_MIN), LIMITS.deltaWindowLog),
    },
  });
}

const LARGE_BYTES = 8 * 1024 * 1024;
const WINDOW_LOG_MIN = 17;

/** Both in memory at once, here and on a device. */
export function canHaveDelta(baseBytes: number, blobBytes: number): boolean {
  return (
    blobBytes >= LIMITS.deltaBytesMin &&
    blobBytes <= LIMITS.deltaBytesMax &&
    baseBytes > 0 &&
    baseBytes <= LIMITS.deltaBytesMax
  );
}

/** A delta that saves less is not worth a second kind of download. */
export function isWorthIt(deltaBytes: number, blobBytes: number): boolean {
  return deltaBytes <= blobBytes * 0.8;
}
