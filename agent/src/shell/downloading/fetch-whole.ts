import type { HttpAnswer } from '../../link/http-message.ts';
import { type FetchProblem, problemOfStatus } from '../device-http.ts';
import type { PartialFile } from './partial-file.ts';
import { type Receiving, receive } from './receive.ts';
import type { BlobSource } from './source.ts';
import { checkComplete, mismatch, type WantedBlob } from './wanted.ts';

/** Fetches what is missing of a blob from one source, with a range where there is something already; never more than was signed. */
export function fetchWhole(
  file: PartialFile,
  wanted: WantedBlob,
  source: BlobSource,
  receiving: Receiving,
): Promise<FetchProblem | null> {
  const { digest, sizeBytes } = wanted;
  if (file.length > sizeBytes) file.restart();
  if (file.length === sizeBytes) return Promise.resolve(checkComplete(file, wanted));
  const headers: Record<string, string> = file.length === 0 ? {} : { range: `bytes=${file.length}-` };
  return receive(
    receiving,
    (signal) => source.get(digest, { headers, signal }),
    async (answer, body) => {
      const problem = begin(file, answer, wanted, source);
      if (problem !== null) {
        answer.discard();
        return problem;
      }
      for await (const chunk of body) {
        if (file.length + chunk.length > sizeBytes)
          return mismatch(`${digest} is longer than the ${sizeBytes} bytes that were signed`);
        file.append(chunk);
      }
      return checkComplete(file, wanted);
    },
  );
}

/** Compares what the source is about to send with what is there. */
function begin(
  file: PartialFile,
  { status, headers }: HttpAnswer,
  { digest, sizeBytes }: WantedBlob,
  source: BlobSource,
): FetchProblem | null {
  if (status === 416) {
    file.restart();
    return { ...problemOfStatus(416, digest, source.name), isFinal: false };
  }
  if (status !== 200 && status !== 206) return problemOfStatus(status, digest, source.name);
  if (status === 200) file.restart();
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  if (status === 206 && Number(range?.[1]) !== file.length) {
    file.restart();
    return { code: 'download_failed', message: `${digest}: ${source.name} sent another range`, isFinal: false };
  }
  const length = headers.get('content-length');
  const total = range?.[2] ?? (length === null || status === 206 ? '*' : length);
  if (total !== '*' && Number(total) !== sizeBytes)
    return mismatch(`${digest} has ${total} bytes at ${source.name}; ${sizeBytes} were signed`);
  return null;
}
