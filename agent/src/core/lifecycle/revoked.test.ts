import { expect, test } from 'vitest';
import type { Effect } from './effects.ts';
import { step } from './step.ts';
import { deploymentIn, ENV, GOOD } from './testing/states.ts';

/** A release that the owner's keys name no more, in each place where a device may have it. */
const trouble = { code: 'target_unknown', message: 'nobody names it' } as const;

function revoke(from: ReturnType<typeof deploymentIn>, release: string, stops: boolean) {
  const { state, effects } = step(from, { type: 'revoked', release, stops, ...trouble }, ENV);
  if (state === null) throw new Error('the app is gone');
  return { state, effects, kinds: effects.map(({ kind }: Effect) => kind) };
}

const target = (state: ReturnType<typeof deploymentIn>) => state.record.target.workload.release;

test('where policy says keep, what runs goes on, and the control plane hears of it', () => {
  const before = deploymentIn('healthy');
  const { state, effects } = revoke(before, target(before), false);
  expect(state).toEqual(before);
  expect(effects).toMatchObject([{ kind: 'report', severity: 'warning', name: 'release_revoked' }]);
});

test('where it says stop, the last good release is stopped and forgotten, and nothing runs', () => {
  const before = deploymentIn('healthy');
  const { state, kinds } = revoke(before, target(before), true);
  expect(state.record).toMatchObject({ phase: 'failed', good: null, verdict: { code: 'target_unknown' } });
  expect(state.run).toMatchObject({ who: null, status: 'down' });
  expect(kinds).toEqual(['stop', 'collectGarbage', 'report']);
});

test('a release on trial goes back to the last good one', () => {
  const before = deploymentIn('probing');
  const { state, kinds } = revoke(before, target(before), true);
  expect(state.record).toMatchObject({ phase: 'reverting', verdict: { code: 'target_unknown' } });
  expect(kinds).toContain('quarantine');
  expect(kinds).toContain('start');
});

test('the last good release stops while the next one comes, which goes on', () => {
  const before = deploymentIn('downloading');
  const { state, kinds } = revoke(before, GOOD.workload.release, true);
  expect(state.record).toMatchObject({ phase: 'downloading', good: null });
  expect(state.run.status).toBe('down');
  expect(state.change).toEqual(before.change);
  expect(kinds).toEqual(['stop', 'collectGarbage', 'report']);
});

test('a release on trial is left alone when the last good one is revoked, which is nothing to go back to then', () => {
  const before = deploymentIn('probing');
  const { state, kinds } = revoke(before, GOOD.workload.release, true);
  expect(state.record).toMatchObject({ phase: 'probing', good: null });
  expect(state.run).toEqual(before.run);
  expect(kinds).toEqual(['report']);
});

test('what is neither held nor good says nothing', () => {
  const before = deploymentIn('healthy');
  const { state, effects } = revoke(before, `sha256:${'f'.repeat(64)}`, true);
  expect(state).toBe(before);
  expect(effects).toEqual([]);
});
