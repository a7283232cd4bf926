import { expect, test } from 'vitest';
import type { LifecycleEvent } from './events.ts';
import type { Deployment } from './state.ts';
import { isSameStatus, statusOf } from './status.ts';
import { step } from './step.ts';
import { deploymentIn, ENV, workloadOf } from './testing/states.ts';

/** What goes wrong after the verdict is told at once, as a status: the control plane's soak counts it. */
const POLICY_FAILURES = 2;

function take(state: Deployment, event: LifecycleEvent, uptimeMs = ENV.uptimeMs): Deployment {
  const isUp = event.type !== 'timer' && event.type !== 'desired';
  const running = isUp ? { ...state, run: { ...state.run, status: 'up' as const } } : state;
  return step(running, event, { ...ENV, uptimeMs }).state ?? expect.fail('it is gone');
}
const run = (state: Deployment) => ({ ticket: state.run.ticket });
const sick = (state: Deployment) =>
  take(state, { type: 'probe_failed', ...run(state), code: 'health_failed', message: 'sick' });
const crash = (state: Deployment) =>
  take(state, { type: 'crashed', ...run(state), code: 'guest_error', message: 'it broke' });

test('probes that fail in a row are a change of status, in the step of the last one', () => {
  const before = deploymentIn('healthy');
  const once = sick(before);
  expect(isSameStatus(statusOf(before), statusOf(once))).toBe(true);
  const failed = sick(once);
  expect(statusOf(failed)).toMatchObject({ state: 'healthy', code: 'health_failed', restarts: 1 });
  expect(isSameStatus(statusOf(before), statusOf(failed))).toBe(false);
});

test('so is a crash loop, in the step of the crash that makes it one', () => {
  let state = deploymentIn('healthy');
  for (let crashes = 1; crashes < POLICY_FAILURES; crashes += 1) state = crash(state);
  expect(statusOf(state)).toMatchObject({ state: 'healthy', restarts: 1 });
  expect(statusOf(state).code).toBeUndefined();
  expect(statusOf(crash(state))).toMatchObject({ state: 'healthy', code: 'crash_loop', restarts: 2 });
});

test('probes that go on failing after restarts are a crash loop', () => {
  const restarted = sick(sick(deploymentIn('healthy')));
  expect(statusOf(sick(sick(restarted)))).toMatchObject({ state: 'healthy', code: 'crash_loop' });
});

test('it is good again after a minute without a failure', () => {
  const failed = sick(sick(deploymentIn('healthy')));
  const up = { ...failed, run: { ...failed.run, status: 'starting' as const } };
  const started = step(up, { type: 'started', ...run(up) }, ENV).state ?? expect.fail('it is gone');
  const soon = take(started, { type: 'probe_passed', ...run(started) }, ENV.uptimeMs + 59_999);
  expect(statusOf(soon).code).toBe('health_failed');
  const later = take(soon, { type: 'probe_passed', ...run(soon) }, ENV.uptimeMs + 60_000);
  expect(statusOf(later).code).toBeUndefined();
});

test.each([
  [1, null, 'waiting', undefined],
  [1, 1, 'rejected', 'quarantined'],
  [1, 2, 'rejected', 'quarantined'],
  [2, 1, 'waiting', undefined],
])('attempt %i of a release that failed at attempt %s is %s', (attempt, failedAttempt, state, code) => {
  const event = { type: 'desired', workload: workloadOf('b', { attempt }), failedAttempt } as const;
  const next = take(deploymentIn('healthy'), event);
  expect(statusOf(next)).toMatchObject({ state, attempt });
  expect(statusOf(next).code).toBe(code);
});
