import type { DownloadTerms } from '@wherry/protocol';
import type { FetchProblem } from '../device-http.ts';
import type { PartialFile } from './partial-file.ts';

/** What a signed release says of a blob, and how it is wanted. */
export interface WantedBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Where its release says that it is, as `registry.example/apps/hello`. */
  readonly registry?: string | undefined;
  /** There where the budget of the link is asked: not for what the device needs back to run what it runs. */
  readonly budget?: { readonly terms: DownloadTerms | undefined };
  /** After each piece that came, from wherever. */
  readonly onBytes?: () => void;
}

/** Null: the file holds exactly what was signed. */
export function checkComplete(file: PartialFile, { digest, sizeBytes }: WantedBlob): FetchProblem | null {
  if (file.length < sizeBytes)
    return {
      code: 'download_failed',
      message: `${digest}: the connection ended after ${file.length} of ${sizeBytes} bytes`,
      isFinal: false,
    };
  const found = file.digest();
  if (found === digest) return null;
  return { code: 'digest_mismatch', message: `the bytes hash to ${found}, signed is ${digest}`, isFinal: false };
}

export function mismatch(message: string): FetchProblem {
  return { code: 'length_mismatch', message, isFinal: false };
}
