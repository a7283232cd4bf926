import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { TUF_BOUNDS } from './bounds.ts';

/**
 * The path of a target becomes a URL and may become a file: it stays below where it is put, and no decoder on the way can read it
 * differently. Code: path_escape.
 */
export function checkTargetPath(path: string): Outcome<string> {
  const isPlain =
    path.length > 0 &&
    Buffer.byteLength(path) <= TUF_BOUNDS.pathBytes &&
    path.isWellFormed() &&
    !/[\p{Cc}\\%]/u.test(path) &&
    path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return isPlain
    ? succeed(path)
    : refuse('path_escape', `not a path of a target: ${JSON.stringify(path.slice(0, 64))}`);
}
