import { FINAL_STATES } from '@wherry/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestAt } from './testing/states.ts';
import { type Behaviour, RELEASES, type ReleaseLetter, World } from './testing/world.ts';

/** Traces with dropped, doubled and reordered answers and a power cut between any two effects. The world checks rules A1–A5. */
const letter = fc.constantFrom(...RELEASES);
const behaviour = fc.constantFrom<Behaviour>('good', 'good', 'sick', 'crashes', 'refused', 'tampered');
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
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('powerCut' as const), after: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crashInstance' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function rarely() {
  return fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
}

function act(world: World, next: Action): void {
  if (next.do === 'deliver') world.deliver(next.at, next.isLost, next.isDoubled);
  else if (next.do === 'want') world.want(next.letter, next.attempt, next.isRollback);
  else if (next.do === 'powerCut') world.powerLeft = next.after;
  else if (next.do === 'crashInstance') world.crashInstance();
  else world.send({ type: 'restart' });
}

/** Long enough for every soak and backoff; the last probes and timers of a healthy program never end. */
const SETTLE_STEPS = 400;

function isSettled({ state, pending }: World): boolean {
  if (pending.length === 0) return true;
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
      const { phase, good } = world.state.record;
      expect(FINAL_STATES.has(phase)).toBe(true);
      // A device is never left worse: the last good release runs, or is about to run again.
      if (good !== null) expect(world.state.run.who).toBe('good');
      if (good === null) expect(world.running).toBeNull();
    }),
    { numRuns: 1_500, seed: 20_261_121 },
  );
});

test('power cuts alone do not change the end', () => {
  const ends: Readonly<Record<Behaviour, string>> = {
    good: 'healthy',
    sick: 'reverted',
    crashes: 'reverted',
    refused: 'rejected',
    tampered: 'rejected',
  };
  const cut = fc.record({ before: fc.nat(12), after: fc.nat(6) });
  fc.assert(
    fc.property(behaviour, fc.array(cut, { maxLength: 6 }), (how, cuts) => {
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
