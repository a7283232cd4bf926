import { describe, expect, it } from 'vitest';
import { claimedRole, claimValues, fittingName, type RoleRule } from './claimed-role.ts';

const RULES: RoleRule[] = [
  { value: 'staff', tenant: 'default', role: 'viewer' },
  { value: 'fleet', tenant: 'default', role: 'operator' },
  { value: 'boss', tenant: 'default', role: 'admin' },
  { value: 'staff', tenant: 'north', role: 'publisher' },
];

describe('the role of a claim', () => {
  it.each([
    [['staff'], null, { tenant: 'default', role: 'viewer' }],
    [['staff', 'boss', 'fleet'], null, { tenant: 'default', role: 'admin' }],
    [['staff'], 'north', { tenant: 'north', role: 'publisher' }],
    [['boss'], 'north', null],
    [['nobody'], null, null],
    [[], null, null],
  ])('%j in %s: %j', (values, wanted, expected) => expect(claimedRole(values, RULES, wanted)).toEqual(expected));
});

it.each([
  [{ groups: ['a', 'b'] }, 'groups', ['a', 'b']],
  [{ role: 'a' }, 'role', ['a']],
  [{ realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
  [{ 'https://example.com/roles': ['a'] }, 'https://example.com/roles', ['a']],
  [{}, '__proto__.constructor', []],
  [{ groups: [1, null, 'a', {}] }, 'groups', ['a']],
])('values of %j at %s', (claims, path, expected) => expect(claimValues(claims, path)).toEqual(expected));

it.each([
  ['Ada@Example.com', 'ada@example.com'],
  ['Ada Lovelace', 'ada-lovelace'],
  ['--', null],
  ['漢字', null],
])('%s is called %s', (claimed, expected) => expect(fittingName(claimed)).toBe(expected));
