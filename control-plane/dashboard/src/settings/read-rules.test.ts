import { TENANT_DEFAULTS } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { givesUpEntries, readRules, ruleFieldsOf } from './read-rules.ts';

const DAY_MS = 86_400_000;
const SET = { approvals: { aboveShare: 0.2 }, audit: { keptMs: 400 * DAY_MS } };

test('rules are shown as they are typed', () => {
  expect(ruleFieldsOf(TENANT_DEFAULTS)).toEqual({ aboveShare: '', keptFor: '' });
  expect(ruleFieldsOf(SET)).toEqual({ aboveShare: '20%', keptFor: '400d' });
});

test('only what was changed is sent; empty asks for none', () => {
  const before = ruleFieldsOf(SET);
  expect(readRules(before, before).change).toEqual({});
  expect(readRules({ ...before, aboveShare: ' 5.5% ' }, before).change).toEqual({ approvals: { aboveShare: 0.055 } });
  expect(readRules({ aboveShare: '', keptFor: '' }, before).change).toEqual({
    approvals: { aboveShare: null },
    audit: { keptMs: null },
  });
});

test.each([
  [{ aboveShare: '20' }, 'aboveShare'],
  [{ aboveShare: '120%' }, 'aboveShare'],
  [{ keptFor: 'a year' }, 'keptFor'],
  [{ keptFor: '6d' }, 'keptFor'],
  [{ keptFor: '40000d' }, 'keptFor'],
] as const)('%j is marked where it was typed', (typed, field) => {
  const before = ruleFieldsOf(TENANT_DEFAULTS);
  const { change, faults } = readRules({ ...before, ...typed }, before);
  expect(change).toBe(null);
  expect([...faults.keys()]).toEqual([field]);
});

test('entries are given up where the log is kept for less than before', () => {
  expect(givesUpEntries({ audit: { keptMs: 30 * DAY_MS } }, TENANT_DEFAULTS)).toBe(true);
  expect(givesUpEntries({ audit: { keptMs: 500 * DAY_MS } }, SET)).toBe(false);
  expect(givesUpEntries({ audit: { keptMs: null } }, SET)).toBe(false);
  expect(givesUpEntries({ approvals: { aboveShare: null } }, TENANT_DEFAULTS)).toBe(false);
});
