import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DownloadTerms } from '@wherry/protocol';
import { type LinkRefusal, leastBytes } from '../core/budget/link-budget.ts';
import { HOLD_CODES } from '../core/lifecycle/hold.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { type DeviceHttp, type FetchProblem, problemOfError } from './device-http.ts';
import type { DeltaSizes } from './downloading/delta-sizes.ts';
import { fetchWhole } from './downloading/fetch-whole.ts';
import type { Nearby } from './downloading/nearby.ts';
import { PartialFile } from './downloading/partial-file.ts';
import type { BlobSource } from './downloading/source.ts';
import type { Sources } from './downloading/sources.ts';
import type { WantedBlob } from './downloading/wanted.ts';
import type { Effects } from './effects.ts';

/**
 * Fetches a blob into the store: from the first source that has it, resumed where a partial file is left, whoever that came from. What
 * is on disk and what streams in is hashed, and the file is adopted only when it is complete, right and synced.
 */
export interface DownloadContext {
  readonly http: DeviceHttp;
  readonly blobs: BlobStore;
  readonly effects: Effects;
  readonly sources: Sources;
  /** Blobs that the wanted one may be made of, the likeliest first. */
  readonly bases: (digest: string) => readonly string[];
  /** Waits as long as the link's bandwidth cap asks. */
  readonly pace: (bytes: number, signal: AbortSignal) => Promise<void>;
  /** May so many bytes go over the link that the device has now? */
  readonly refuse: (bytes: number, terms: DownloadTerms | undefined) => LinkRefusal | null;
  readonly deltaSizes: DeltaSizes;
  readonly nearby: Nearby;
}

/** Kept free for the agent's own records. */
const RESERVE_BYTES = 16 * 1024 * 1024;

/** Null: the blob is in the store. */
export async function download(
  wanted: WantedBlob,
  context: DownloadContext,
  signal: AbortSignal,
): Promise<FetchProblem | null> {
  const { blobs } = context;
  const { digest, sizeBytes } = wanted;
  if (blobs.verify(digest, sizeBytes)) return null;
  let file: PartialFile | null = null;
  try {
    file = new PartialFile(blobs.partialPath(digest), context.effects);
    const problem = await fill(file, wanted, context, signal);
    if (problem === null) file.sync();
    file.close();
    if (problem === null) blobs.adopt(digest);
    else if (!isOfWay(problem)) blobs.removePartial(digest);
    return problem;
  } catch (error) {
    file?.close();
    // After a failed write or fsync nobody knows what the file holds.
    if (file !== null && isOfDisk(error)) discard(blobs, digest);
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
  wanted: WantedBlob,
  context: DownloadContext,
  signal: AbortSignal,
): Promise<FetchProblem | null> {
  const { sources } = context;
  const missingBytes = Math.max(0, wanted.sizeBytes - file.length);
  const space = statfsSync(dirname(file.path));
  if (space.bavail * space.bsize < missingBytes + RESERVE_BYTES)
    return {
      code: 'disk_full',
      message: `${missingBytes} bytes do not fit on the disk: free some space`,
      isFinal: false,
    };
  const lengthBefore = file.length;
  for (const source of sources.local)
    if (await isFilled(() => whole(file, wanted, source, context, signal), file)) return null;
  if (!signal.aborted) context.nearby.noteNone(wanted.digest, file.length > lengthBefore);
  const base = context.bases(wanted.digest).find((digest) => context.blobs.has(digest));
  const known = base === undefined ? 'none' : context.deltaSizes.of(wanted.digest);
  const unaskable = refused(wanted, leastBytes(wanted.sizeBytes - file.length, known), context);
  if (unaskable !== null) return unaskable;
  if (base !== undefined && (await isFilled(() => delta(file, wanted, base, context, signal), file))) return null;
  const refusal = refused(wanted, wanted.sizeBytes - file.length, context);
  if (refusal !== null) return refusal;
  const named = wanted.registry === undefined ? null : sources.named(wanted.registry);
  for (const source of [...(named === null ? [] : [named]), ...sources.mirrors])
    if (await isFilled(() => whole(file, wanted, source, context, signal), file)) return null;
  const hadOthersBytes = file.length > 0;
  const problem = await whole(file, wanted, sources.origin, context, signal);
  if (problem === null || !isOfContent(problem) || !hadOthersBytes) return problem;
  // The bytes that it was to be continued from may have been the wrong ones: they came from anywhere, or from a disk that lies.
  file.restart();
  return refused(wanted, wanted.sizeBytes, context) ?? whole(file, wanted, sources.origin, context, signal);
}

function refused({ budget }: WantedBlob, bytes: number, { refuse }: DownloadContext): FetchProblem | null {
  const refusal = budget === undefined ? null : refuse(bytes, budget.terms);
  return refusal === null ? null : { code: refusal.code, message: refusal.message, isFinal: false };
}

/** One way of several: when it fails, the next one is tried; only what the last one says is told. Trouble of the disk ends them all. */
async function isFilled(way: () => Promise<FetchProblem | null>, file: PartialFile): Promise<boolean> {
  try {
    const problem = await way();
    if (problem !== null && isOfContent(problem)) file.restart();
    return problem === null;
  } catch (error) {
    if (isOfDisk(error)) throw error;
    return false;
  }
}

function whole(
  file: PartialFile,
  wanted: WantedBlob,
  source: BlobSource,
  { pace }: DownloadContext,
  signal: AbortSignal,
) {
  const paced = telling(wanted, source.isLocal ? unpaced : pace);
  return fetchWhole(file, wanted, source, { idleMs: source.idleMs, pace: paced, signal });
}

async function delta(
  file: PartialFile,
  wanted: WantedBlob,
  base: string,
  context: DownloadContext,
  signal: AbortSignal,
): Promise<FetchProblem | null> {
  const { sources, pace, deltaSizes: sizes } = context;
  const { fetchDelta } = await import('./downloading/fetch-delta.ts');
  const refuse = (bytes: number) => refused(wanted, bytes, context);
  const receiving = { idleMs: sources.origin.idleMs, pace: telling(wanted, pace), signal };
  let problem: FetchProblem | null = NO_DELTA;
  try {
    problem = await fetchDelta(file, wanted, base, { ...context, sizes, refuse }, receiving);
  } finally {
    // One that does not fit may fit next month; whatever else went wrong would go wrong again.
    if (problem !== null && !HOLD_CODES.has(problem.code)) sizes.note(wanted.digest, 'none');
  }
  return problem;
}

const NO_DELTA: FetchProblem = { code: 'download_failed', message: 'no delta came', isFinal: false };
const unpaced = async () => {};

/** The pace is asked after each piece, so that it knows of the first. */
function telling({ onBytes }: WantedBlob, pace: DownloadContext['pace']): DownloadContext['pace'] {
  return (bytes, signal) => {
    onBytes?.();
    return pace(bytes, signal);
  };
}

/** What came may be right, and is gone on from: only the way to the rest is closed for now. */
function isOfWay({ code }: FetchProblem): boolean {
  return code === 'download_failed' || HOLD_CODES.has(code);
}

function isOfContent({ code }: FetchProblem): boolean {
  return code === 'digest_mismatch' || code === 'length_mismatch';
}

function isOfDisk(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}
