import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { PATHS } from '@wherry/protocol';
import type { BlobStore } from '../store/blob-store.ts';
import { type DeviceHttp, type FetchProblem, problemOfError, problemOfStatus } from './device-http.ts';
import type { Effects } from './effects.ts';

/**
 * Fetches a blob into the store: resumes with a range where a partial file is left, never takes more than the signed size, hashes
 * what is on disk and what streams in, and adopts the file only when it is complete, right and synced.
 */
export interface DownloadContext {
  readonly http: DeviceHttp;
  readonly blobs: BlobStore;
  readonly effects: Effects;
}

/** A connection that is silent for so long is given up and resumed later. */
const IDLE_MS = 30_000;
/** Kept free for the agent's own records. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Null: the blob is in the store. */
export async function download(
  digest: string,
  sizeBytes: number,
  context: DownloadContext,
  signal: AbortSignal,
): Promise<FetchProblem | null> {
  const { blobs } = context;
  if (blobs.verify(digest, sizeBytes)) return null;
  let file: PartialFile | null = null;
  try {
    file = new PartialFile(blobs.partialPath(digest), context.effects);
    const problem = (await fill(file, digest, sizeBytes, context, signal)) ?? complete(file, digest, sizeBytes);
    if (problem === null) file.sync();
    file.close();
    if (problem === null) blobs.adopt(digest);
    else if (problem.code !== 'download_failed') blobs.removePartial(digest);
    return problem;
  } catch (error) {
    file?.close();
    // After a failed write or fsync nobody knows what the file holds.
    if (file !== null && (error as NodeJS.ErrnoException).syscall !== undefined) discard(blobs, digest);
    return problemOfError(error, digest);
  }
}

/** Where even this fails, the next try finds the file and its hash is wrong. */
function discard(blobs: BlobStore, digest: string): void {
  try {
    blobs.removePartial(digest);
  } catch {
    // A disk that is read-only, say: the problem that led here says so.
  }
}

async function fill(
  file: PartialFile,
  digest: string,
  sizeBytes: number,
  { http }: DownloadContext,
  signal: AbortSignal,
): Promise<FetchProblem | null> {
  if (file.length > sizeBytes) file.restart();
  if (file.length === sizeBytes) return null;
  const space = statfsSync(dirname(file.path));
  if (space.bavail * space.bsize < sizeBytes - file.length + RESERVE_BYTES)
    return { code: 'disk_full', message: `${sizeBytes} bytes do not fit on the disk: free some space`, isFinal: false };
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new Error(`no byte in ${IDLE_MS} ms`)), IDLE_MS);
  try {
    const headers: Record<string, string> = file.length === 0 ? {} : { range: `bytes=${file.length}-` };
    const response = await http.get(PATHS.deviceBlob(digest), {
      headers,
      signal: AbortSignal.any([signal, idle.signal]),
      purpose: 'blob',
    });
    const problem = begin(file, response, digest, sizeBytes);
    if (problem !== null) {
      await response.body?.cancel();
      return problem;
    }
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      if (file.length + chunk.length > sizeBytes)
        return mismatch(`${digest} is longer than the ${sizeBytes} bytes that were signed`);
      file.append(chunk);
    }
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Compares what the server is about to send with what is there. */
function begin(file: PartialFile, response: Response, digest: string, sizeBytes: number): FetchProblem | null {
  if (response.status === 416) {
    file.restart();
    return { ...problemOfStatus(416, digest), isFinal: false };
  }
  if (response.status !== 200 && response.status !== 206) return problemOfStatus(response.status, digest);
  if (response.status === 200) file.restart();
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (response.status === 206 && Number(range?.[1]) !== file.length) {
    file.restart();
    return { code: 'download_failed', message: `${digest}: the server sent another range`, isFinal: false };
  }
  const length = response.headers.get('content-length');
  const total = range?.[2] ?? (length === null || response.status === 206 ? '*' : length);
  if (total !== '*' && Number(total) !== sizeBytes)
    return mismatch(`${digest} has ${total} bytes on the server; ${sizeBytes} were signed`);
  return null;
}

function complete(file: PartialFile, digest: string, sizeBytes: number): FetchProblem | null {
  if (file.length < sizeBytes)
    return {
      code: 'download_failed',
      message: `${digest}: the connection ended after ${file.length} of ${sizeBytes} bytes`,
      isFinal: false,
    };
  const found = `sha256:${file.hash.digest('hex')}`;
  if (found === digest) return null;
  return { code: 'digest_mismatch', message: `the bytes hash to ${found}, signed is ${digest}`, isFinal: false };
}

function mismatch(message: string): FetchProblem {
  return { code: 'length_mismatch', message, isFinal: false };
}

/** The file on its way, and the hash of what it holds. */
class PartialFile {
  readonly path: string;
  length = 0;
  hash: Hash = createHash('sha256');
  readonly #effects: Effects;
  #file: number | null;

  constructor(path: string, effects: Effects) {
    this.path = path;
    this.#effects = effects;
    const isThere = existsSync(path);
    const file = effects.run('blob.open', () => openSync(path, isThere ? 'r+' : 'wx+', 0o600));
    this.#file = file;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, this.length);
      if (read === 0) break;
      this.hash.update(chunk.subarray(0, read));
      this.length += read;
    }
  }

  append(chunk: Uint8Array): void {
    const file = this.#open();
    this.#effects.run('blob.write', () => {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at, chunk.length - at, this.length + at);
    });
    this.hash.update(chunk);
    this.length += chunk.length;
  }

  restart(): void {
    const file = this.#open();
    this.#effects.run('blob.truncate', () => ftruncateSync(file));
    this.hash = createHash('sha256');
    this.length = 0;
  }

  sync(): void {
    const file = this.#open();
    this.#effects.run('blob.sync', () => fsyncSync(file));
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #open(): number {
    if (this.#file === null) throw new Error(`${this.path} is closed`);
    return this.#file;
  }
}
