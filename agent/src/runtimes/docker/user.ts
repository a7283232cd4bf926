import { chownSync, statSync } from 'node:fs';
import { type Outcome, refuse, succeed } from '@wherry/protocol';

/**
 * Whom a container runs as, never root: with a data folder, the folder's owner (so that a Wasm variant of the app finds
 * its files again); without, the image's own user if it names one; else nobody.
 */
export const NOBODY = '65534:65534';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function chooseUser(imageUser: string, owner: Owner | null): string {
  if (owner && owner.uid !== 0) return `${owner.uid}:${owner.gid}`;
  if (!owner && !isRoot(imageUser)) return imageUser;
  return NOBODY;
}

/** Owner of the data folder, which a root agent first gives to nobody. Null without a folder. Code: start_failed. */
export function ownerOfData(dataPath: string | null): Outcome<Owner | null> {
  if (dataPath === null) return succeed(null);
  try {
    const { uid, gid } = statSync(dataPath);
    if (uid !== 0 || process.getuid?.() !== 0) return succeed({ uid, gid });
    const [nobody, group] = NOBODY.split(':').map(Number) as [number, number];
    chownSync(dataPath, nobody, group);
    return succeed({ uid: nobody, gid: group });
  } catch (error) {
    return refuse('start_failed', `the data folder cannot be given to the container: ${(error as Error).message}`);
  }
}

function isRoot(user: string): boolean {
  const name = user.split(':')[0] ?? '';
  return name === '' || name === 'root' || /^0+$/.test(name);
}
