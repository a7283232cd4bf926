import { type Rollout, rollout } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { rolloutLine, rolloutText } from './rollout-text.ts';
import { parseWaves } from './waves.ts';

describe('waves', () => {
  it.each([
    ['1,10%,rest', [{ count: 1 }, { share: 0.1 }, { share: 1 }]],
    ['5', [{ count: 5 }]],
    [' 2 , 50% ', [{ count: 2 }, { share: 0.5 }]],
    ['rest', [{ share: 1 }]],
    ['100%', [{ share: 1 }]],
  ])('%s', (text, expected) => {
    expect(parseWaves(text)).toEqual(expected);
  });

  it.each(['', '0', '1,', '-1', '1.5', '0%', '101%', 'rest,1', 'all', '1 2'])('%j is refused', (text) => {
    expect(() => parseWaves(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

const GATE = { minSuccess: 0.95, maxFailures: 1, maxFailureRate: 0.05, minSample: 20 };
const COUNTS = {
  pending: 0,
  waiting: 0,
  in_flight: 0,
  soaking: 0,
  succeeded: 0,
  failed: 0,
  reverted: 0,
  rejected: 0,
  timed_out: 0,
  unhealthy: 0,
  skipped: 0,
};
const HALTED: Rollout = rollout.parse({
  id: '01j00000000000000000000000',
  app: 'thermostat',
  version: '1.4.0',
  release: `sha256:${'a'.repeat(64)}`,
  selector: 'site=berlin',
  state: 'halted',
  waves: [
    { index: 0, total: 1, counts: { ...COUNTS, succeeded: 1 }, gate: GATE, state: 'passed' },
    {
      index: 1,
      total: 9,
      counts: { ...COUNTS, succeeded: 2, reverted: 1, timed_out: 1, soaking: 3, pending: 2 },
      gate: GATE,
      state: 'tripped',
    },
  ],
  currentWave: 1,
  maxInFlight: 100,
  deadlineMs: 900_000,
  soakMs: 120_000,
  config: {},
  rollback: false,
  verdict: {
    wave: 1,
    limit: 'maxFailures',
    allowed: 1,
    observed: 2,
    failures: 2,
    reached: 7,
    devices: ['pi-3', 'pi-4'],
    atMs: 1,
    sentence: '2 of 7 devices failed in wave 2; 1 is allowed',
  },
  createdBy: 'admin',
  createdAtMs: 1,
  finishedAtMs: null,
  reverts: null,
  revertedBy: null,
});

describe('what a person reads of a rollout', () => {
  it('is one line with the sums of all waves', () => {
    expect(rolloutLine(HALTED)).toBe(
      'thermostat@1.4.0 to site=berlin: halted, wave 2 of 2, 3 of 10 succeeded, 2 failed, 3 in flight',
    );
  });

  it('says why it halted, on which devices, and what to do', () => {
    const text = rolloutText(HALTED);
    expect(text).toContain('2 of 7 devices failed in wave 2; 1 is allowed');
    expect(text).toContain('pi-3, pi-4');
    expect(text).toContain(`wherry rollout resume ${HALTED.id}`);
  });
});
