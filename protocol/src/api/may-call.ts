import { ROLES, type Role } from './operation.ts';
import type { Scope } from './scopes.ts';

/** What somebody was given. `scopes` null: everything that the role allows. */
export interface Authority {
  readonly role: Role;
  readonly scopes: readonly Scope[] | null;
}

/** What is needed. `none`: nothing but being signed in (scope), or not even that (role). */
export interface Need {
  readonly role: Role | 'none';
  readonly scope: Scope | 'none';
}

/** The one rule that server, page and command line decide by. */
export function mayCall(authority: Authority, need: Need): boolean {
  return hasRole(authority, need.role) && hasScope(authority, need.scope);
}

/** Roles form a line: each may do what the ones before it may. */
export function hasRole({ role }: Pick<Authority, 'role'>, least: Role | 'none'): boolean {
  return least === 'none' || ROLES.indexOf(role) >= ROLES.indexOf(least);
}

export function hasScope({ scopes }: Pick<Authority, 'scopes'>, scope: Scope | 'none'): boolean {
  if (scope === 'none' || scopes === null || scopes.includes(scope)) return true;
  return scope.endsWith(':read') && scopes.includes(scope.replace(/read$/, 'write') as Scope);
}

/** Nobody hands on more than they have. */
export function mayGive(giver: Authority, given: Authority): boolean {
  if (!hasRole(giver, given.role)) return false;
  if (giver.scopes === null) return true;
  return given.scopes?.every((scope) => hasScope(giver, scope)) ?? false;
}
