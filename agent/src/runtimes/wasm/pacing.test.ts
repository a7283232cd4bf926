import { describe, expect, it } from 'vitest';
import { Durations } from './durations.ts';
import { exitReasonOf } from './exit-reason.ts';
import { Pacer } from './pacer.ts';

describe('pacer', () => {
  it('lets a burst pass and then holds a guest to its rate', () => {
    const pacer = new Pacer(100, 0);
    for (let call = 0; call < 100; call += 1) expect(pacer.delayMs('kv_get', 0)).toBe(0);
    expect(pacer.delayMs('kv_get', 0)).toBe(10);
    expect(pacer.delayMs('kv_set', 0)).toBe(110);
    expect(pacer.delayMs('kv_get', 2_000)).toBe(0);
  });
});

describe('durations', () => {
  it('knows quantiles of the last calls only', () => {
    const durations = new Durations();
    expect(durations.quantile(0.5)).toBeUndefined();
    for (let ms = 1; ms <= 100; ms += 1) durations.add(ms);
    expect([durations.quantile(0.5), durations.quantile(0.99)]).toEqual([50, 99]);
    for (let call = 0; call < 600; call += 1) durations.add(7);
    expect([durations.quantile(0.5), durations.quantile(1)]).toEqual([7, 7]);
  });
});

describe('why a runner ended', () => {
  const exit = { code: null, signal: null, stderr: '', violation: null };
  it.each([
    [{ ...exit, signal: 'SIGKILL' as const }, { kind: 'stop' as const }, { kind: 'stopped' }],
    [
      { ...exit, signal: 'SIGKILL' as const },
      { kind: 'limit' as const, hit: { limit: 'wall' as const, limitMs: 5, usedMs: 6 } },
      { kind: 'crashed', code: 'wall_limit', limit: { limit: 'wall', limitMs: 5, usedMs: 6 } },
    ],
    [
      { ...exit, signal: 'SIGKILL' as const },
      { kind: 'ended' as const, exitCode: 3 },
      { kind: 'ended', exitCode: 3 },
    ],
    [{ ...exit, signal: 'SIGKILL' as const }, null, { kind: 'crashed', code: 'memory_limit' }],
    [
      { ...exit, signal: 'SIGABRT' as const, stderr: 'FATAL ERROR: heap out of memory' },
      null,
      { code: 'memory_limit' },
    ],
    [{ ...exit, signal: 'SIGSEGV' as const }, null, { kind: 'crashed', code: 'guest_error' }],
    [{ ...exit, code: 0 }, null, { kind: 'crashed', code: 'guest_error' }],
    [
      { ...exit, violation: 'nonsense', signal: 'SIGKILL' as const },
      { kind: 'stop' as const },
      { code: 'guest_error' },
    ],
  ])('%j meant as %j', (how, intent, reason) =>
    expect(exitReasonOf(how, intent, { limitBytes: 100, peakBytes: 90 })).toMatchObject(reason),
  );
});
