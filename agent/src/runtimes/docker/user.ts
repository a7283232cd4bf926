import { chownSync, statSync } from 'node:fs';

/**
 * Whom a container runs as, never root: with a data folder, the folder's owner (so that a Wasm variant of the app finds
 * its files again); without, the image's own user if it names one; else nobody.
 */
export const NOBODY = '65534:65534';

export function chooseUser(imageUser: string, owner: { readonly uid: number; readonly gid: number } | null): string {
  if (owner && owner.uid !== 0) return `${owner.uid}:${owner.gid}`;
  if (!owner && !isRoot(imageUser)) return imageUser;
  return NOBODY;
}

/** Owner of the data folder, which a root agent first gives to nobody. */
export function ownerOfData(dataPath: string | null): { readonly uid: number; readonly gid: number } | null {
  if (dataPath === null) return null;
  const { uid, gid } = statSync(dataPath);
  if (uid === 0 && process.getuid?.() === 0) {
    const [nobody, group] = NOBODY.split(':').map(Number) as [number, number];
    chownSync(dataPath, nobody, group);
    return { uid: nobody, gid: group };
  }
  return { uid, gid };
}

function isRoot(user: string): boolean {
  const name = user.split(':')[0] ?? '';
  return name === '' || name === 'root' || /^0+$/.test(name);
}
