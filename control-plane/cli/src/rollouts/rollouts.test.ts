import { type Rollout, rollout } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { adviceText, rolloutLine, rolloutText, waveToApprove } from './rollout-text.ts';

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

  it('names the wave that waits for an approval, and the command for it', () => {
    const [first, second] = HALTED.waves;
    const waiting: Rollout = {
      ...HALTED,
      state: 'awaiting_approval',
      verdict: null,
      waves: [first, { ...second, state: 'pending', approval: 'needed' }] as Rollout['waves'],
    };
    expect(waveToApprove(waiting)).toBe(1);
    expect(adviceText(waiting)).toContain(`wave 2 begin: wherry rollout approve ${HALTED.id}`);
    expect(rolloutText(waiting)).toContain('pending, needs approval');
    expect(waveToApprove(HALTED)).toBeUndefined();
  });

  it('names whose approval is awaited, and who gave it', () => {
    const awaits = { wave: 1, otherThan: 'ada' };
    const waiting: Rollout = { ...HALTED, state: 'awaiting_approval', verdict: null, awaits };
    expect(rolloutText(waiting)).toMatch(/awaits +an approval of wave 2 by an operator other than ada/);
    expect(adviceText(waiting)).toContain('(by an operator other than ada)');
    expect(rolloutLine(waiting)).toContain('other than ada');
    const second = { aboveDevices: 2, requestedBy: 'ada', approvedBy: 'bob', wave: null };
    const approved: Rollout = { ...HALTED, awaits: null, secondApproval: second };
    expect(rolloutText(approved)).toMatch(/approved by +bob/);
    expect(rolloutText(approved)).not.toContain('awaits');
  });

  it('says how a draft begins, and when and how fast devices move', () => {
    const text = rolloutText({
      ...HALTED,
      state: 'draft',
      verdict: null,
      pace: { devicesPerMinute: 10, growth: 2 },
      window: { cron: '0 2 * * *', durationMs: 7_200_000, timeZone: 'Europe/Berlin' },
      startAtMs: Date.UTC(2030, 0, 31, 2),
    });
    expect(text).toContain(`wherry rollout publish ${HALTED.id}`);
    expect(text).toContain('10/min x2');
    expect(text).toContain('0 2 * * * for 2h, Europe/Berlin');
    expect(text).toContain('2030-01-31 02:00:00Z');
  });
});
