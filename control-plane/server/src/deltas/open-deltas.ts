import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Blobs, Deltas, Logger } from '../app/context.ts';
import { canHaveDelta, isWorthIt } from './compress.ts';
import { type DeltaBounds, openDeltaFiles } from './delta-files.ts';
import { compressInThread } from './in-thread.ts';

/**
 * Makes each delta once, one at a time, beside the event loop: whoever asks for one that is being made waits for the same. What cannot
 * be made is answered as none, since the whole blob does as well; a failure is tried again when somebody asks again.
 */
export interface DeltaOptions {
  readonly dataDir: string;
  readonly blobs: Blobs;
  readonly log: Logger;
  readonly bounds?: DeltaBounds;
  /** How the bytes are made. */
  readonly compress?: typeof compressInThread;
}

const BOUNDS: DeltaBounds = { files: 10_000, bytes: 1024 ** 3 };
/** Above it nobody waits in line: devices take the blob itself. */
const WAITING_MAX = 64;
const MAKE_WITHIN_MS = 60_000;

export async function openDeltas({
  dataDir,
  blobs,
  log,
  bounds = BOUNDS,
  compress = compressInThread,
}: DeltaOptions): Promise<Deltas> {
  const files = await openDeltaFiles(join(dataDir, 'deltas'), bounds);
  const underWay = new Map<string, Promise<number>>();
  const stopping = new AbortController();
  let last: Promise<unknown> = Promise.resolve();

  async function make(base: string, digest: string): Promise<number> {
    try {
      const [baseBytes, blobBytes] = [await blobs.has(base), await blobs.has(digest)];
      if (stopping.signal.aborted || baseBytes === null || blobBytes === null) return 0;
      const whole = [await readAll(blobs, base, baseBytes), await readAll(blobs, digest, blobBytes)] as const;
      const delta = await compress(...whole, MAKE_WITHIN_MS, stopping.signal);
      const kept = isWorthIt(delta.length, blobBytes) ? delta : new Uint8Array(0);
      await files.add(base, digest, kept);
      return kept.length;
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ err: error, base, digest }, 'make a delta: devices take the whole blob');
      return 0;
    }
  }

  async function present(base: string, digest: string): Promise<number | null> {
    const size = files.size(base, digest);
    if (size === null || size === 0) return size;
    try {
      await access(files.path(base, digest));
      return size;
    } catch {
      // Somebody cleaned up: made again.
      files.forget(base, digest);
      return null;
    }
  }

  return {
    async find(base, digest) {
      if (base === digest || !canHaveDelta((await blobs.has(base)) ?? 0, (await blobs.has(digest)) ?? 0)) return null;
      const known = await present(base, digest);
      if (known !== null) return known || null;
      const key = `${base} ${digest}`;
      const same = underWay.get(key);
      if (same) return (await same) || null;
      if (stopping.signal.aborted || underWay.size >= WAITING_MAX) return null;
      const made = last.then(() => make(base, digest)).finally(() => underWay.delete(key));
      last = made;
      underWay.set(key, made);
      return (await made) || null;
    },
    read(base, digest, start, end) {
      const stream = createReadStream(files.path(base, digest), { start, end: end - 1 });
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    },
    async stop() {
      stopping.abort(new Error('the control plane is stopping'));
      await Promise.all(underWay.values());
    },
  };
}

async function readAll(blobs: Blobs, digest: string, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const chunk of blobs.read(digest, 0, sizeBytes)) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  if (at !== sizeBytes) throw new Error(`${digest} has ${at} bytes on disk, not ${sizeBytes}`);
  return whole;
}
