import type { RolloutState } from '@wherry/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILURE_STATES, FINAL_MEMBER_STATES } from './counts.ts';
import type { RolloutPlan } from './plan.ts';
import { guardAbove, NOW_MS, OTHER, OWN, planOf } from './testing/rollout-builder.ts';
import { type Fate, SimFleet } from './testing/sim-fleet.ts';

type Move =
  | { readonly kind: 'deliver'; readonly at: number; readonly keep: boolean }
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'connect' | 'disconnect' | 'remove' | 'unwell' | 'raiseCap'; readonly at: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'pause' | 'resume' | 'pickUnasked' | 'approve' | 'second' | 'join' };

const at = fc.nat(10_000);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at, keep: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), at }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('connect' as const, 'disconnect' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('unwell' as const, 'raiseCap' as const), at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(1_000_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'pickUnasked' as const,
        'approve' as const,
        'second' as const,
        'join' as const,
      ),
    }),
  },
);

const approval = fc.constantFrom(false, false, true);
const wave = fc.oneof(
  fc.record({ size: fc.record({ count: fc.integer({ min: 1, max: 5 }) }), approval }),
  fc.record({ size: fc.record({ share: fc.double({ min: 0.05, max: 1, noNaN: true }) }), approval }),
);
const plan: fc.Arbitrary<RolloutPlan> = fc
  .record({
    count: fc.integer({ min: 1, max: 40 }),
    maxInFlight: fc.integer({ min: 1, max: 12 }),
    soakMs: fc.constantFrom(0, 120_000),
    dynamic: fc.boolean(),
    startAtMs: fc.constantFrom(0, NOW_MS + 500_000),
    pace: fc.constantFrom(undefined, { devicesPerMinute: 6 }, { devicesPerMinute: 0.5, growth: 3 }),
    waves: fc.array(wave, { minLength: 1, maxLength: 5 }),
    gate: fc.record({
      maxFailures: fc.nat(3),
      maxFailureRate: fc.double({ min: 0, max: 1, noNaN: true }),
      minSample: fc.integer({ min: 1, max: 6 }),
      minSuccess: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  })
  .map(({ count, ...request }) => planOf(count, request));
const fates = fc.array(
  fc.constantFrom<Fate>('healthy', 'healthy', 'healthy', 'failed', 'reverted', 'rejected', 'silent', 'unhealthy'),
  { minLength: 1, maxLength: 20 },
);
const offline = fc.array(fc.nat(39), { maxLength: 20 });

function play(fleet: SimFleet, one: Move): void {
  const deviceAt = (index: number) => fleet.devices[index % fleet.devices.length] ?? '';
  switch (one.kind) {
    case 'deliver':
      fleet.deliver(one.at, one.keep);
      return;
    case 'drop':
      fleet.air.splice(one.at % Math.max(1, fleet.air.length), 1);
      return;
    case 'connect':
    case 'disconnect':
      fleet.connect(deviceAt(one.at), one.kind === 'connect');
      return;
    case 'remove': {
      const member = fleet.members.get(deviceAt(one.at));
      if (member) fleet.feed({ type: 'left', member, reason: 'removed' });
      return;
    }
    case 'unwell': {
      const member = fleet.members.get(deviceAt(one.at));
      if (member) fleet.feed({ type: 'unwell', member, code: 'went_offline', message: 'away' });
      return;
    }
    case 'raiseCap':
      fleet.feed({ type: 'update', limits: { maxInFlight: fleet.header.maxInFlight + (one.at % 3) } });
      return;
    case 'approve':
    case 'second':
      fleet.feed({ type: 'approve', wave: fleet.header.currentWave, by: one.kind === 'second' ? OTHER : OWN });
      return;
    case 'join':
      fleet.join(fleet.devices.length % 2 === 0);
      return;
    case 'wait':
      fleet.wait(one.ms);
      return;
    case 'pickUnasked':
      fleet.pickUnasked();
      return;
    case 'pause':
      fleet.feed({ type: 'pause' });
      return;
    case 'resume':
      fleet.feed({ type: 'resume', by: OWN });
      return;
  }
}

const STOPPED: ReadonlySet<RolloutState> = new Set(['halted', 'paused', 'awaiting_approval']);

/** All devices come back, everything in the air arrives, every timer fires, and an operator resumes what stopped. */
function settle(fleet: SimFleet): void {
  const isOver = () => fleet.header.state === 'completed' && fleet.count(FINAL_MEMBER_STATES) === fleet.devices.length;
  for (let round = 0; round < 200 && !isOver(); round++) {
    if (STOPPED.has(fleet.header.state)) fleet.feed({ type: 'resume', by: OTHER });
    for (const device of fleet.devices) fleet.connect(device, true);
    while (fleet.air.length > 0) fleet.deliver(0, false);
    fleet.wait(1_000_000);
  }
}

/** A rollout that begins, in some runs under the rule that a second operator approves above so many devices. */
function begun(planned: RolloutPlan, fate: readonly Fate[], away: readonly number[], above: number | null): SimFleet {
  const fleet = new SimFleet(planned, fate, new Set(away));
  if (above !== null) fleet.feed(guardAbove(above));
  fleet.feed({ type: 'start' });
  return fleet;
}
const share = fc.option(fc.nat(40));

const RUNS = { numRuns: 400 };

describe('over any trace of deliveries, losses, repeats, outages, removals, timers, pauses and resumes', () => {
  test('the sums stay true and R1, R2, R5, R6, R7, R14 hold at each step', () => {
    fc.assert(
      fc.property(
        plan,
        fates,
        offline,
        share,
        fc.array(move, { maxLength: 150 }),
        (planned, fate, away, above, moves) => {
          const fleet = begun(planned, fate, away, above);
          for (const one of moves) play(fleet, one);
        },
      ),
      RUNS,
    );
  });

  test('R4: once every device answers, the rollout ends, and each device was assigned at most once', () => {
    fc.assert(
      fc.property(
        plan,
        fates,
        offline,
        share,
        fc.array(move, { maxLength: 80 }),
        (planned, fate, away, above, moves) => {
          const fleet = begun(planned, fate, away, above);
          for (const one of moves) play(fleet, one);
          settle(fleet);
          expect(fleet.header.state).toBe('completed');
          expect(fleet.count(FINAL_MEMBER_STATES)).toBe(fleet.devices.length);
          for (const count of fleet.assigned.values()) expect(count).toBe(1);
        },
      ),
      RUNS,
    );
  });

  test('R7: after a halt no device is assigned, so what fails beyond was in flight or in soak', () => {
    fc.assert(
      fc.property(plan, fates, offline, fc.array(move, { maxLength: 150 }), (planned, fate, away, moves) => {
        const fleet = new SimFleet(planned, fate, new Set(away));
        fleet.feed({ type: 'start' });
        let atHalt: { assigned: number; failures: number; open: number } | null = null;
        for (const one of moves) {
          if (one.kind === 'resume') continue;
          play(fleet, one);
          if (fleet.header.state !== 'halted') continue;
          atHalt ??= {
            assigned: fleet.assigned.size,
            failures: fleet.failures,
            open: fleet.count(new Set(['in_flight', 'soaking'])),
          };
          expect(fleet.assigned.size).toBe(atHalt.assigned);
          expect(fleet.failures).toBeLessThanOrEqual(atHalt.failures + atHalt.open);
        }
      }),
      RUNS,
    );
  });

  test('a wave is passed only on evidence: never while all that was reached of the rollout is nobody', () => {
    fc.assert(
      fc.property(plan, offline, (planned, away) => {
        const fleet = new SimFleet(planned, ['healthy'], new Set(away));
        fleet.feed({ type: 'start' });
        for (const device of fleet.devices) fleet.connect(device, false);
        const isUnseen = fleet.count(FAILURE_STATES) + fleet.count(new Set(['succeeded', 'soaking'])) === 0;
        if (isUnseen) expect(fleet.header.currentWave).toBe(0);
      }),
      RUNS,
    );
  });
});

describe('a wave whose devices are all offline', () => {
  test('takes over an online device of the next wave, so that it is not passed unseen', () => {
    const planned = planOf(10, { waves: [{ size: { count: 1 } }, { size: { share: 1 } }], soakMs: 0 });
    const fleet = new SimFleet(planned, ['healthy'], new Set([0]));
    fleet.feed({ type: 'start' });
    expect(fleet.header.waves[0]).toMatchObject({ total: 2, counts: { waiting: 1, in_flight: 1 } });
    expect(fleet.header.currentWave).toBe(0);
    while (fleet.air.length > 0) fleet.deliver(0, false);
    expect(fleet.header.state).toBe('completed');
  });

  test('waits when nobody of the rollout is online, and goes on with the first that is heard', () => {
    const planned = planOf(10, { waves: [{ size: { count: 1 } }, { size: { share: 1 } }], soakMs: 0 });
    const fleet = new SimFleet(planned, ['healthy'], new Set(planned.members.keys()));
    fleet.feed({ type: 'start' });
    expect(fleet.header).toMatchObject({ state: 'running', currentWave: 0 });
    fleet.connect('pi-00007', true);
    expect(fleet.members.get('pi-00007')).toMatchObject({ state: 'in_flight', wave: 0 });
  });
});

describe('a completed rollout', () => {
  test('still takes in a device it waited for, and halts when that one crosses a limit', () => {
    const planned = planOf(3, { waves: [{ size: { share: 1 } }], soakMs: 0 });
    const fleet = new SimFleet(planned, ['healthy', 'healthy', 'failed'], new Set([2]));
    fleet.feed({ type: 'start' });
    while (fleet.air.length > 0) fleet.deliver(0, false);
    expect(fleet.header.state).toBe('completed');
    fleet.connect('pi-00002', true);
    while (fleet.air.length > 0) fleet.deliver(0, false);
    expect(fleet.header).toMatchObject({ state: 'halted', finishedAtMs: null, verdict: { failures: 1, reached: 3 } });
    fleet.feed({ type: 'resume' });
    expect(fleet.header.state).toBe('completed');
  });
});
