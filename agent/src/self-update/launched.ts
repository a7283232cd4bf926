import { basename, dirname, join, resolve } from 'node:path';

/**
 * How this process was started: by the launcher (firmware-targets/files/launcher), which says where it is and which folder it
 * chose; or in another way, from its sources or in an image, and then it cannot put another version in its place.
 */
export interface Launched {
  /** Path of the launcher. */
  readonly launcher: string;
  /** Name of the version that runs; null: the one that was installed by hand. */
  readonly own: string | null;
}

/** Below the data folder: the launcher knows this place too. */
export const AGENT_FOLDER = 'agent';
export const VERSIONS_FOLDER = 'versions';

export function readLaunched(env: Readonly<Record<string, string | undefined>>, dataFolder: string): Launched | null {
  const { WHERRY_LAUNCHER: launcher = '', WHERRY_VERSION_DIR: folder = '' } = env;
  if (launcher === '' || folder === '') return null;
  const isOwn = dirname(folder) === join(resolve(dataFolder), AGENT_FOLDER, VERSIONS_FOLDER);
  return { launcher, own: isOwn ? basename(folder) : null };
}
