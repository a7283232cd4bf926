import { join } from 'node:path';
import { fetchFiles } from './npm-archive.ts';
import type { Target } from './target.ts';

/** The Node binary of a target, from the npm package that holds it. */
export interface NodePackage {
  readonly binary: string;
  readonly licence: string;
}

export function fetchNode({ node }: Target, cacheDir: string): NodePackage {
  const folder = fetchFiles(node, ['bin/node', 'LICENSE'], cacheDir);
  return { binary: join(folder, 'bin/node'), licence: join(folder, 'LICENSE') };
}
