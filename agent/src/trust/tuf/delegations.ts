import { createHash } from 'node:crypto';
import type { Targets } from '@tufjs/models';
import { TUF_BOUNDS } from './bounds.ts';
import { matchesPattern } from './path-pattern.ts';

export type Delegations = NonNullable<Targets['delegations']>;
export type Delegation = NonNullable<Delegations['roles']>[string];

/**
 * What a delegator may write: named roles with paths or prefixes of path digests. Succinct (hash bin) delegations are refused: a
 * repository with one role for each publisher and app has no use for them. Null: fine.
 */
export function checkDelegations(delegations: Delegations | undefined): string | null {
  if (delegations === undefined) return null;
  if (delegations.succinctRoles !== undefined) return 'succinct delegations are not supported';
  for (const role of Object.values(delegations.roles ?? {})) {
    if (role.name === '' || !isFileName(role.name)) return 'a delegated role has an unusable name';
    if (role.keyIDs.length > TUF_BOUNDS.keysPerRole) return 'a delegated role has too many keys';
  }
  return null;
}

/** In the order in which the delegator wrote them. */
export function delegationsFor(delegations: Delegations | undefined, path: string): Delegation[] {
  return Object.values(delegations?.roles ?? {}).filter((role) => covers(role, path));
}

function covers({ paths, pathHashPrefixes }: Delegation, path: string): boolean {
  if (paths !== undefined) return paths.some((pattern) => matchesPattern(pattern, path));
  if (pathHashPrefixes === undefined) return false;
  const digest = createHash('sha256').update(path).digest('hex');
  return pathHashPrefixes.some((prefix) => prefix !== '' && digest.startsWith(prefix));
}

/** One file name for one role name, in URLs and on disk. */
export function fileNameOf(role: string): string {
  return `${encodeURIComponent(role)}.json`;
}

function isFileName(role: string): boolean {
  return role.isWellFormed() && fileNameOf(role).length <= TUF_BOUNDS.roleNameBytes;
}
