import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceUsage } from '../runtimes/port.ts';
import { addUsage, type Usage, usageSince } from './workload-usage.ts';

function totals(cpuMs: number, calls: number, more: Partial<InstanceUsage> = {}): InstanceUsage {
  return { source: 'proc', isolation: 'process', cpuMs, memoryBytes: 1_000, calls, errors: 0, limitsHit: 0, ...more };
}

test('an interval is the difference of two totals; memory is what it is now', () => {
  const usage = usageSince(totals(100, 5, { sentBytes: 10 }), totals(140, 9, { sentBytes: 30, memoryBytes: 2_000 }));
  expect(usage).toMatchObject({ cpuMs: 40, calls: 4, sentBytes: 20, memoryBytes: 2_000 });
});

test.each([
  ['processor time', totals(5, 9)],
  ['calls', totals(200, 1)],
  ['bytes sent', totals(200, 9, { sentBytes: 1 })],
])('less %s than before is a new instance, all of whose totals count', (_, now) => {
  expect(usageSince(totals(100, 5, { sentBytes: 10 }), now)).toMatchObject({ cpuMs: now.cpuMs, calls: now.calls });
});

test('law: over any restarts, the intervals add up to all that was used', () => {
  const life = fc.array(fc.record({ cpuMs: fc.nat(50), calls: fc.nat(5) }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(life, { maxLength: 6 }), (lives) => {
      let sum: Usage | undefined;
      const used = { cpuMs: 0, calls: 0 };
      for (const steps of lives) {
        let before: InstanceUsage | null = null;
        let now = totals(0, 0);
        for (const step of steps) {
          now = totals(now.cpuMs + step.cpuMs, now.calls + step.calls);
          sum = addUsage(sum, usageSince(before, now));
          before = now;
          used.cpuMs += step.cpuMs;
          used.calls += step.calls;
        }
      }
      if (sum) expect(sum).toMatchObject(used);
    }),
  );
});

test('the peak of an ended instance is not forgotten', () => {
  const ended = usageSince(null, totals(1, 1, { modulePeakBytes: 9_000 }));
  const now = usageSince(null, totals(1, 1, { modulePeakBytes: 5_000 }));
  expect(addUsage(ended, now).modulePeakBytes).toBe(9_000);
  expect(addUsage(usageSince(null, totals(1, 1)), usageSince(null, totals(2, 2))).modulePeakBytes).toBeUndefined();
});
