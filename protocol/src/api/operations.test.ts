import { describe, expect, it } from 'vitest';
import { OPERATIONS } from './index.ts';
import type { Operation } from './operation.ts';
import { fillPath } from './paths.ts';

const operations: Operation[] = Object.values(OPERATIONS);

describe('the operations of the API', () => {
  it('are known by their own ids', () => {
    for (const [name, operation] of Object.entries(OPERATIONS)) expect(operation.id).toBe(name);
  });

  it('have ways of their own', () => {
    const ways = operations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
    expect(new Set(ways).size).toBe(ways.length);
  });

  it.each(operations)('$id describes its parameters, and answers with a body unless it says 204', (operation) => {
    const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(Object.keys(operation.params?.shape ?? {}).toSorted()).toEqual(named.toSorted());
    expect(operation.response === undefined).toBe(operation.status === 204);
    if (operation.method === 'get') expect(operation.body).toBeUndefined();
  });

  it('let nobody change anything without a role, but sign in and out', () => {
    const open = operations.filter(({ role }) => role === 'none').map(({ id }) => id);
    expect(open.toSorted()).toEqual(['closeSession', 'getSignIn', 'openSession']);
    /** What everybody may do to what is their own. */
    const own = ['closeSessions', 'changePassword'];
    for (const { method, role, id } of operations)
      if (method !== 'get' && !open.includes(id) && !own.includes(id)) expect(role).not.toBe('viewer');
  });
});

describe('paths', () => {
  it('carry parameters that cannot leave their level', () => {
    expect(fillPath('/devices/{device}/labels', { device: '../../x?y#z' })).toBe('/devices/..%2F..%2Fx%3Fy%23z/labels');
  });

  it('are not built with a parameter missing', () => {
    expect(() => fillPath('/devices/{device}', {})).toThrow(TypeError);
  });
});
