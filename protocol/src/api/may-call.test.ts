import { describe, expect, it } from 'vitest';
import { OPERATIONS } from './index.ts';
import { type Authority, mayCall, mayGive } from './may-call.ts';
import { type Operation, ROLES } from './operation.ts';
import { SCOPES, type Scope } from './scopes.ts';

const operations: Operation[] = Object.values(OPERATIONS);
const called = (authority: Authority) =>
  operations.filter((operation) => mayCall(authority, operation)).map(({ id }) => id);

describe('what somebody may call', () => {
  it('is everything for an admin without bounds', () => {
    expect(called({ role: 'admin', scopes: null })).toEqual(operations.map(({ id }) => id));
  });

  it('never grows when a scope is set', () => {
    for (const role of ROLES)
      for (const scope of SCOPES) {
        const all = new Set(called({ role, scopes: null }));
        for (const id of called({ role, scopes: [scope] })) expect(all.has(id)).toBe(true);
      }
  });

  it('is held to the role whatever the scopes are', () => {
    const viewer: Authority = { role: 'viewer', scopes: [...SCOPES] };
    expect(mayCall(viewer, OPERATIONS.startRollout)).toBe(false);
    expect(mayCall(viewer, OPERATIONS.listRollouts)).toBe(true);
  });

  it('is held to the scopes whatever the role is', () => {
    const publishing: Authority = { role: 'admin', scopes: ['releases:write'] };
    expect(mayCall(publishing, OPERATIONS.publishRelease)).toBe(true);
    expect(mayCall(publishing, OPERATIONS.listReleases)).toBe(true);
    expect(mayCall(publishing, OPERATIONS.startRollout)).toBe(false);
    expect(mayCall(publishing, OPERATIONS.createOperatorToken)).toBe(false);
    expect(mayCall(publishing, OPERATIONS.getSession)).toBe(true);
  });

  it('needs a writing scope for what changes things', () => {
    const asking = ['planRollout', 'simulateRollout'];
    for (const { id, method, scope } of operations)
      if (method !== 'get' && scope !== 'none' && !asking.includes(id)) expect(`${id} ${scope}`).toMatch(/:write$/);
  });
});

describe('what somebody may give', () => {
  const some = (...scopes: Scope[]): Authority => ({ role: 'admin', scopes });
  it.each([
    [{ role: 'admin', scopes: null }, { role: 'admin', scopes: null }, true],
    [{ role: 'operator', scopes: null }, { role: 'admin', scopes: null }, false],
    [some('access:write'), { role: 'viewer', scopes: null }, false],
    [some('access:write'), some('releases:write'), false],
    [some('access:write', 'releases:write'), some('releases:read', 'access:read'), true],
    [some('access:read'), some('access:write'), false],
  ] as const)('%j gives %j: %s', (giver, given, expected) => expect(mayGive(giver, given)).toBe(expected));
});
