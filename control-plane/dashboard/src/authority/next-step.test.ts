import type { AuthorityStatus } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { nextStepOf } from './next-step.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;
const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)];
const STATUS: AuthorityStatus = {
  phase: 'settled',
  sinceMs: null,
  current: OLD,
  notBeforeMs: 0,
  notAfterMs: NOW_MS + 3_650 * DAY_MS,
  stays: OLD,
  leaves: null,
  devices: { moved: 3, waiting: 0, silent: 0 },
  heardWithinDays: 30,
  isBrokerExternal: false,
  pem: '',
};
const PHASES: Readonly<Record<AuthorityStatus['phase'], AuthorityStatus>> = {
  settled: STATUS,
  begun: { ...STATUS, phase: 'begun', stays: NEW, leaves: OLD },
  switched: { ...STATUS, phase: 'switched', current: NEW, stays: NEW, leaves: OLD },
  aborted: { ...STATUS, phase: 'aborted', leaves: NEW },
};
const commandOf = (status: AuthorityStatus) => nextStepOf(status, NOW_MS).command;
const withDevices = (phase: AuthorityStatus['phase'], waiting: number, silent = 0) => ({
  ...PHASES[phase],
  devices: { moved: 3, waiting, silent },
});

test.each<[AuthorityStatus['phase'], moved: string, waits: string]>([
  ['settled', 'wherry ca begin', 'wherry ca begin'],
  ['begun', 'wherry ca switch', 'wherry ca status'],
  ['switched', 'wherry ca finish', 'wherry ca status'],
  ['aborted', 'wherry ca finish', 'wherry ca status'],
])('%s: the next step is taken when nobody is waited for', (phase, moved, waits) => {
  expect(commandOf(withDevices(phase, 0))).toBe(moved);
  expect(commandOf(withDevices(phase, 0, 5))).toBe(moved);
  expect(commandOf(withDevices(phase, 1))).toBe(waits);
});

test.each([
  [366, 'wherry ca begin'],
  [1, 'wherry ca begin'],
  [0, 'wherry ca replace --yes'],
])('%i days before its end', (days, command) => {
  expect(commandOf({ ...STATUS, notAfterMs: NOW_MS + days * DAY_MS })).toBe(command);
});

test('only what was not switched yet can be taken back', () => {
  const ways = Object.values(PHASES).map((status) => [status.phase, nextStepOf(status, NOW_MS).instead]);
  expect(Object.fromEntries(ways)).toEqual({ settled: null, begun: 'wherry ca abort', switched: null, aborted: null });
});

test('devices that are silent, and a broker of its own, are told of where they matter', () => {
  const sentences = (phase: AuthorityStatus['phase'], part: Partial<AuthorityStatus>) =>
    nextStepOf({ ...PHASES[phase], ...part }, NOW_MS).sentences.length;
  const silent = { devices: { moved: 3, waiting: 0, silent: 2 } };
  for (const phase of ['begun', 'switched', 'aborted'] as const) expect(sentences(phase, silent)).toBe(2);
  expect(sentences('settled', silent)).toBe(1);
  for (const phase of ['begun', 'switched'] as const) expect(sentences(phase, { isBrokerExternal: true })).toBe(2);
  for (const phase of ['settled', 'aborted'] as const) expect(sentences(phase, { isBrokerExternal: true })).toBe(1);
});
