/** Folders of versions: the name says which release it is, and tells people its version. */
export function versionName(version: string, releaseDigest: string): string {
  return `${version}-${shortOf(releaseDigest)}`;
}

export function isVersionOf(name: string, releaseDigest: string): boolean {
  return name.endsWith(`-${shortOf(releaseDigest)}`);
}

function shortOf(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 16);
}
