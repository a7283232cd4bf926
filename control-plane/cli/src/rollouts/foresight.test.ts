import { rolloutForecast, rolloutPlan } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { bar } from '../terminal/bar.ts';
import { distributionText, forecastText } from './forecast-text.ts';
import { planText } from './plan-text.ts';

const GATE = { minSuccess: 0.95, maxFailures: 0, maxFailureRate: 0.05, minSample: 5 };
const PLAN = rolloutPlan.parse({
  release: `sha256:${'a'.repeat(64)}`,
  total: 4,
  online: 3,
  waves: [
    {
      index: 0,
      total: 1,
      online: 1,
      gate: GATE,
      approval: false,
      devices: [{ device: 'pi-1', online: true, currentVersion: '1.3.0', takenFrom: null }],
    },
    { index: 1, total: 3, online: 2, gate: GATE, approval: true, devices: [] },
  ],
  leftOut: [
    { reason: 'already_on_it', count: 7, devices: [{ device: 'pi-9', sentence: 'runs 1.4.0 since yesterday' }] },
    { reason: 'no_wave', count: 0, devices: [] },
  ],
  takesOver: [{ rollout: '01j00000000000000000000000', devices: 2 }],
  bytes: { total: 6 * 1024 ** 2, unknownDevices: 1 },
  shortestMs: 240_000,
  tookMs: 3,
});

describe('a plan', () => {
  const text = planText(PLAN, 'thermostat@1.4.0');

  it.each([
    ['waves and who is first', /1 {2,}1 {2,}1 {2,}at once.*pi-1 \(1\.3\.0\)/],
    ['which wave waits for somebody', /2 {2,}3 {2,}2 {2,}when approved/],
    ['who is left out, why, and an example', /7 devices: run it already[^\n]*\n {4}pi-9: runs 1\.4\.0 since yesterday/],
    ['bytes, and those nobody knows', /6\.0 MiB in all, and what 1 container engine pulls/],
    ['the rollout it takes devices from', /2 devices from rollout 01j0/],
    ['the shortest time', /4m, if every device answers at once/],
    ['that nothing was changed', /Nothing was changed\.$/],
  ])('shows %s', (_, pattern) => {
    expect(text).toMatch(pattern);
  });

  it('leaves out reasons that hold for nobody', () => {
    expect(text).not.toContain('no wave takes them');
  });
});

describe('a forecast', () => {
  const reached = { min: 1, p50: 1, p90: 5, p99: 12, max: 50, mean: 2 };
  const forecast = rolloutForecast.parse({
    devices: 100,
    runs: 200,
    completed: 4,
    halted: 196,
    unfinished: 0,
    reached,
    failed: { ...reached, max: 10 },
    tookMs: { min: 900, p50: 61_234, p90: 1, p99: 1, max: 3_600_000, mean: 1 },
    halts: [{ limit: 'maxFailures', wave: 0, count: 150 }],
    sentence: 'Half of the runs reached 1 device.',
  });

  it('draws how far the runs came', () => {
    expect(distributionText(reached, 100).split('\n')).toEqual([
      '  best run           ≤ 1     1%  ▍',
      '  half of the runs   ≤ 1     1%  ▍',
      '  9 of 10 runs       ≤ 5     5%  █▋',
      '  99 of 100 runs    ≤ 12    12%  ███▉',
      '  worst run         ≤ 50    50%  ████████████████',
    ]);
  });

  it('says how the runs ended and what stopped them', () => {
    const text = forecastText(forecast);
    expect(text).toContain('Half of the runs reached 1 device.');
    expect(text).toContain('200: 196 halted, 4 completed');
    expect(text).toMatch(/wave 1 {2,}maxFailures {2,}75%/);
    expect(text).toContain('1m1s in half of the runs, 1h at the longest');
  });
});

describe('bars', () => {
  it.each([
    [0, ''],
    [0.001, '▏'],
    [0.5, '██'],
    [1, '████'],
    [2, '████'],
  ])('%d of 1', (value, drawn) => {
    expect(bar(value, 1, 4)).toBe(drawn);
  });
});
