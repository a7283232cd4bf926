import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Ties a bundled runner to the sources it was made of: its last line names them and the digest of their contents. A bundle whose
 * sources have changed, or are gone, is not used, so that nobody ever tests or runs yesterday's runner.
 */
const MARK = '//# wherry-runner-sources ';

/** The line to put at the end of a bundle. `files` are relative to `folder`. */
export function stampLine(folder: string, files: readonly string[]): string {
  return `${MARK}${JSON.stringify({ files, digest: digestOf(folder, files) })}\n`;
}

/** True when `bundle` is stamped and its sources, relative to `folder`, are what they were. */
export function isFresh(bundle: string, folder: string): boolean {
  try {
    const text = readFileSync(bundle, 'utf8');
    const at = text.lastIndexOf(MARK);
    if (at < 0) return false;
    const { files, digest } = JSON.parse(text.slice(at + MARK.length)) as { files: string[]; digest: string };
    return digestOf(folder, files) === digest;
  } catch {
    return false;
  }
}

function digestOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update('\0');
  return hash.digest('hex');
}
