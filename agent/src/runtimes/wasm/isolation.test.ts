import { ISOLATION_LEVELS, type IsolationLevel } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { chooseLevel, type DeviceIsolation } from './isolation.ts';
import { canPark } from './parking.ts';

type Best = DeviceIsolation['best'];
const DEVICE = { shared: new Set<string>() };

/** Refused, or the level that a program gets that demands the row on a device that has the column. */
const TABLE: Record<IsolationLevel, Record<Best, IsolationLevel | null>> = {
  shared: { process: 'process', scope: 'scope' },
  process: { process: 'process', scope: 'scope' },
  scope: { process: null, scope: 'scope' },
};

it.each(ISOLATION_LEVELS)('a demand for %s is met by that level and stronger ones, whoever makes it', (wanted) => {
  for (const best of ['process', 'scope'] as const) {
    const byRelease = chooseLevel('app', wanted, true, { ...DEVICE, best });
    const byPolicy = chooseLevel('app', undefined, true, { ...DEVICE, best, demanded: wanted });
    for (const outcome of [byRelease, byPolicy]) {
      if (outcome.ok) expect(outcome.value).toBe(TABLE[wanted][best]);
      else expect([TABLE[wanted][best], outcome.problems[0]?.code]).toEqual([null, 'isolation_below']);
    }
  }
});

it('shares only what the device names, what is able to, and what nobody wants apart', () => {
  const device = { best: 'scope', shared: new Set(['trusted']) } as const;
  const level = (app: string, wanted?: IsolationLevel, canShare = true, demanded?: IsolationLevel) => {
    const outcome = chooseLevel(app, wanted, canShare, { ...device, demanded });
    return outcome.ok ? outcome.value : null;
  };
  expect(level('trusted')).toBe('shared');
  expect(level('trusted', 'shared')).toBe('shared');
  expect(level('other')).toBe('scope');
  expect(level('trusted', 'process')).toBe('scope');
  expect(level('trusted', undefined, false)).toBe('scope');
  expect(level('trusted', undefined, true, 'process')).toBe('scope');
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
