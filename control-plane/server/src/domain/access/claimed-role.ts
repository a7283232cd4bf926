import { ROLES, type Role } from '@wherry/protocol';

/** A group of the provider, or any other value of the claim, and what it may do in which tenant. */
export interface RoleRule {
  readonly value: string;
  readonly tenant: string;
  readonly role: Role;
}

/** Tenant and role of somebody with these values: the highest that a rule gives in the tenant asked for, else in the first one with any. */
export function claimedRole(
  values: readonly string[],
  rules: readonly RoleRule[],
  wanted: string | null,
): { readonly tenant: string; readonly role: Role } | null {
  const given = rules.filter(({ value, tenant }) => values.includes(value) && (wanted === null || tenant === wanted));
  const tenant = given[0]?.tenant;
  if (tenant === undefined) return null;
  const roles = given.filter((rule) => rule.tenant === tenant).map(({ role }) => role);
  return { tenant, role: ROLES.filter((role) => roles.includes(role)).at(-1) as Role };
}

/** A claim as a list: providers send a text, a list of texts, or nothing. `path` goes into nested claims by dots. */
export function claimValues(claims: Readonly<Record<string, unknown>>, path: string): string[] {
  const whole = claims[path];
  const found = whole !== undefined ? whole : path.split('.').reduce<unknown>(into, claims);
  const list = Array.isArray(found) ? found : [found];
  return list.filter((value): value is string => typeof value === 'string');
}

function into(at: unknown, key: string): unknown {
  return typeof at === 'object' && at !== null && Object.hasOwn(at, key)
    ? (at as Record<string, unknown>)[key]
    : undefined;
}

/** A name that fits ours, from what the provider calls somebody; null when nothing is left of it. */
export function fittingName(claimed: string): string | null {
  const name = claimed
    .toLowerCase()
    .replace(/[^a-z0-9._@+-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60);
  return name === '' ? null : name;
}
