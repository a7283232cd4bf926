import { ISOLATION_LEVELS, type IsolationLevel } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { checkIsolation } from './isolation.ts';
import { canPark } from './parking.ts';

const TABLE: Record<IsolationLevel, Record<IsolationLevel, boolean>> = {
  shared: { shared: true, process: true, scope: true },
  process: { shared: false, process: true, scope: true },
  scope: { shared: false, process: false, scope: true },
};

it.each(ISOLATION_LEVELS)('a demand for %s is met by that level and stronger ones', (wanted) => {
  for (const has of ISOLATION_LEVELS) {
    const outcome = checkIsolation(wanted, has);
    expect(outcome.ok).toBe(TABLE[wanted][has]);
    if (!outcome.ok) expect(outcome.problems[0]?.code).toBe('isolation_below');
    expect(checkIsolation(undefined, has).ok).toBe(true);
  }
});

it('parks what begins afresh anyway, or says so, and never what has a start', () => {
  const module = { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 } as never;
  const program = { kind: 'wasm', abi: 'wasi-p1', module } as const;
  const script = { kind: 'wasm', abi: 'assemblyscript', module } as const;
  const http = [{ on: 'http' as const, path: '/', methods: ['GET' as const] }];
  const both = [...http, { on: 'start' as const }];
  expect(canPark({ triggers: http }, program)).toBe(true);
  expect(canPark({ triggers: http, idle: 'keep' }, program)).toBe(false);
  expect(canPark({ triggers: http }, script)).toBe(false);
  expect(canPark({ triggers: http, idle: 'park' }, script)).toBe(true);
  for (const variant of [program, script]) expect(canPark({ triggers: both, idle: 'park' }, variant)).toBe(false);
});
