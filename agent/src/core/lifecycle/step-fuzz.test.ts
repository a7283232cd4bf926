import { FINAL_STATES } from '@wherry/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isHeld } from './hold.ts';
import { brokenAtRest } from './rules.ts';
import { type Behaviour, RELEASES, type ReleaseLetter } from './testing/releases.ts';
import { digestAt } from './testing/states.ts';
import { World } from './testing/world.ts';

/** Traces with dropped, doubled and reordered answers and a power cut between any two effects. The world checks rules A1–A5. */
const letter = fc.constantFrom(...RELEASES);
const behaviour = fc.constantFrom<Behaviour>('good', 'good', 'sick', 'unmovable', 'crashes', 'refused', 'tampered');
const terms = fc.record(
  {
    window: fc.constantFrom(
      { cron: '0 * * * *', durationMs: 600_000 },
      { cron: '30 2 * * *', durationMs: 5_400_000 },
      { cron: '* * * * *', durationMs: 60_000 },
    ),
    download: fc.record({ metered: fc.boolean(), outsideWindow: fc.boolean() }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), at: fc.nat(5), isLost: rarely(), isDoubled: rarely() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('want' as const),
      letter: fc.option(letter, { freq: 8 }),
      attempt: fc.integer({ min: 1, max: 3 }),
      isRollback: rarely(),
      terms,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('powerCut' as const), after: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crashInstance' as const), isBeside: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('revoke' as const), isGood: fc.boolean(), stops: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('clock' as const), skewMs: fc.integer({ min: -1e8, max: 1e8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('link' as const),
      leftBytes: fc.option(fc.nat(2_000)),
      isNear: fc.boolean(),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function rarely() {
  return fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
}

function revoke(world: World, isGood: boolean, stops: boolean): void {
  const of = isGood ? world.state?.record.good : world.state?.record.target;
  if (!of) return;
  world.send({ type: 'revoked', release: of.workload.release, stops, code: 'target_unknown', message: 'not named' });
}

function act(world: World, next: Action): void {
  if (next.do === 'deliver') world.deliver(next.at, next.isLost, next.isDoubled);
  else if (next.do === 'want') world.want(next.letter, next.attempt, next.isRollback, next.terms);
  else if (next.do === 'powerCut') world.powerLeft = next.after;
  else if (next.do === 'crashInstance') world.crashInstance(next.isBeside ? 'beside' : 'running');
  else if (next.do === 'clock') world.skewMs = next.skewMs;
  else if (next.do === 'link') [world.leftBytes, world.isNear] = [next.leftBytes, next.isNear];
  else if (next.do === 'revoke') revoke(world, next.isGood, next.stops);
  else world.send({ type: 'restart' });
}

/** Long enough for every window, soak and backoff; the last probes and timers of a healthy program never end. */
const SETTLE_STEPS = 4_000;

function isSettled({ state, pending }: World): boolean {
  if (pending.length === 0) return true;
  if (state !== null && isHeld(state) && state.change.trouble?.code !== 'outside_window')
    return state.record.good === null || state.run.status === 'up';
  if (state === null || !FINAL_STATES.has(state.record.phase)) return false;
  return state.run.status === 'up' && pending.every(({ event }) => event.type !== 'crashed');
}

function settle(world: World): void {
  for (let steps = 0; steps < SETTLE_STEPS && !isSettled(world); steps += 1) {
    const due = Math.min(...world.pending.map((pending) => pending.dueMs));
    world.deliver(
      world.pending.findIndex((pending) => pending.dueMs === due),
      false,
      false,
    );
  }
}

const behaviours = fc.record({ a: fc.constant<Behaviour>('good'), b: behaviour, c: behaviour, d: behaviour });

test('whatever happens, the rules hold and there is a verdict in the end', () => {
  fc.assert(
    fc.property(behaviours, fc.array(action, { maxLength: 120 }), (how, actions) => {
      const world = new World(how);
      world.want('a', 1, false);
      for (const next of actions) act(world, next);
      world.powerLeft = null;
      settle(world);
      if (world.state === null) {
        expect(world.running).toBeNull();
        return;
      }
      expect(brokenAtRest(world.state, world.running?.release ?? null, world.bound)).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20_261_121 },
  );
});

test('power cuts alone do not change the end', () => {
  const ends: Readonly<Record<Exclude<Behaviour, 'unmovable'>, string>> = {
    good: 'healthy',
    sick: 'reverted',
    crashes: 'reverted',
    refused: 'rejected',
    tampered: 'rejected',
  };
  // A state that cannot be handed over is gone with the power, and with it the reason to refuse.
  const lasting = behaviour.map((how) => (how === 'unmovable' ? 'sick' : how));
  const cut = fc.record({ before: fc.nat(12), after: fc.nat(6) });
  fc.assert(
    fc.property(lasting, fc.array(cut, { maxLength: 6 }), (how, cuts) => {
      const world = new World({ a: 'good', b: how, c: 'good', d: 'good' } satisfies Record<ReleaseLetter, Behaviour>);
      world.want('a', 1, false);
      settle(world);
      const want = () => world.want('b', 1, false);
      want();
      for (const { before, after } of cuts) {
        for (let steps = 0; steps < before; steps += 1) world.deliver(0, false, false);
        world.powerLeft = after;
        for (let steps = 0; steps < 12 && world.powerLeft !== null; steps += 1) world.deliver(0, false, false);
        world.powerLeft = null;
        // The shell plans again from the stored desired state after each start.
        if (world.state?.record.target.workload.release !== digestAt('b')) want();
      }
      settle(world);
      expect(world.state?.record.phase).toBe(ends[how]);
      expect(world.running?.release).toBe(how === 'good' ? digestAt('b') : digestAt('a'));
    }),
    { numRuns: 1_500, seed: 20_261_121 },
  );
});
