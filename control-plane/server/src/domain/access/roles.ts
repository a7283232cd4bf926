import { ROLES, type Role } from '@wherry/protocol';

/** Roles form a line: each may do what the ones before it may (`Operation.role` names the least). */
export function hasRole(role: Role, least: Role | 'none'): boolean {
  return least === 'none' || ROLES.indexOf(role) >= ROLES.indexOf(least);
}
