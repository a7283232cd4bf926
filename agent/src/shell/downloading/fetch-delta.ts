import { readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { LIMITS, PATHS } from '@wherry/protocol';
import { mayHaveDelta } from '../../core/delta-base.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import type { DeviceHttp, FetchProblem } from '../device-http.ts';
import type { DeltaSizes } from './delta-sizes.ts';
import type { PartialFile } from './partial-file.ts';
import { type Receiving, receive } from './receive.ts';
import { checkComplete, mismatch, type WantedBlob } from './wanted.ts';

export interface DeltaContext {
  readonly http: DeviceHttp;
  readonly blobs: BlobStore;
  readonly sizes: DeltaSizes;
  /** What the link says to so many bytes. */
  readonly refuse: (bytes: number) => FetchProblem | null;
}

/**
 * Makes a blob out of one that is here and what the control plane says is different: a zstd frame with the old blob as its
 * dictionary. It is taken only when it is smaller than what is missing of the blob itself. A frame that is wrong, unpacks to more than
 * was signed or to something else leaves an empty file, and the blob is fetched whole.
 */
export async function fetchDelta(
  file: PartialFile,
  wanted: WantedBlob,
  base: string,
  { http, blobs, sizes, refuse }: DeltaContext,
  receiving: Receiving,
): Promise<FetchProblem | null> {
  const { digest, sizeBytes } = wanted;
  const baseBytes = statSync(blobs.path(base)).size;
  if (!mayHaveDelta(baseBytes, sizeBytes)) return noDelta(`${digest} is not of a size that deltas are made for`);
  return receive(
    receiving,
    (signal) => http.get(PATHS.deviceDelta(digest, base), { signal, purpose: 'blob' }),
    async (answer, body) => {
      const deltaBytes = Number(answer.headers.get('content-length') ?? Number.NaN);
      if (answer.status !== 200 || !(deltaBytes < sizeBytes - file.length)) {
        answer.discard();
        return noDelta(`no delta for ${digest}: the control plane answered ${answer.status}, ${deltaBytes} bytes`);
      }
      sizes.note(digest, deltaBytes);
      const refusal = refuse(deltaBytes);
      if (refusal !== null) {
        answer.discard();
        return refusal;
      }
      if (!blobs.verify(base, baseBytes)) {
        answer.discard();
        return noDelta(`${base}, which ${digest} would be made of, is damaged`);
      }
      file.restart();
      const problem = await unpack(file, sizeBytes, readFileSync(blobs.path(base)), body);
      const outcome = problem ?? checkComplete(file, wanted);
      if (outcome !== null) file.restart();
      return outcome;
    },
  );
}

async function unpack(
  file: PartialFile,
  sizeBytes: number,
  dictionary: Buffer,
  body: AsyncIterable<Uint8Array>,
): Promise<FetchProblem | null> {
  const { constants, createZstdDecompress } = process.getBuiltinModule('node:zlib');
  const windowLog = Math.ceil(Math.log2(dictionary.length + sizeBytes + 1));
  const unpacking = createZstdDecompress({
    dictionary,
    chunkSize: CHUNK_BYTES,
    // A frame may not ask for more memory than base and blob together have.
    params: { [constants.ZSTD_d_windowLogMax]: Math.min(Math.max(windowLog, WINDOW_LOG_MIN), LIMITS.deltaWindowLog) },
  });
  const packed = Readable.from(body);
  packed.on('error', (error) => unpacking.destroy(error));
  try {
    for await (const chunk of packed.pipe(unpacking)) {
      if (file.length + chunk.length > sizeBytes)
        return mismatch(`a delta unpacks to more than the ${sizeBytes} bytes that were signed`);
      file.append(chunk);
    }
    return null;
  } catch (error) {
    // Trouble of the disk is not the delta's.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    return noDelta(`a delta cannot be unpacked: ${error instanceof Error ? error.message : error}`);
  } finally {
    packed.destroy();
    unpacking.destroy();
  }
}

const CHUNK_BYTES = 128 * 1024;
const WINDOW_LOG_MIN = 17;

function noDelta(message: string): FetchProblem {
  return { code: 'download_failed', message, isFinal: false };
}
