import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HostileRun } from './testing/hostile-run.ts';
import { APP } from './testing/owned-world.ts';

/**
 * Whatever up to 50 forged, replayed, cut, swapped and reordered files of metadata, desired states, releases and modules do, between what
 * the owner does, restarts, jumps of the clock and changes on the disk: no digest runs that the owner's keys do not name, with the
 * director's key stolen or without, with the online keys stolen or without.
 */
type Move = (run: HostileRun, at: number, from: number) => void | Promise<void>;

const YEAR_MS = 366 * 86_400_000;
const JUMPS_MS = [0, 0, -10 * YEAR_MS, 10 * YEAR_MS, -YEAR_MS / 2, 2 * 86_400_000];

const MOVES = {
  update(run) {
    run.attacker.heal();
    run.world.publish();
    run.attacker.watch();
    run.device.receive(run.world.want(run.world.newest(), run.nowMs));
  },
  publish(run) {
    run.world.publish();
    run.attacker.watch();
  },
  want: (run, at) => run.device.receive(run.world.want(pick(run, at), run.nowMs)),
  tell: (run) => run.device.receive(run.world.want(run.world.newest(), run.nowMs)),
  expired: (run, at) => run.device.receive(run.world.want(pick(run, at), run.nowMs, { expiresAtMs: run.pastMs })),
  foreign: (run, at) => run.device.receive(run.world.want(pick(run, at), run.nowMs, { device: 'pi-2' as never })),
  replay(run, at) {
    const sealed = run.world.signed[at % run.world.signed.length];
    if (sealed !== undefined) run.device.receive(sealed);
  },
  forgeDesired: (run, at, from) => run.device.receive(run.attacker.desired(at, from, run.nowMs)),
  order(run, at) {
    // With the rest of the world as it should be, or not.
    if (at % 2 === 0) run.attacker.heal();
    order(run, at);
  },
  forgeMetadata(run, at, from) {
    run.attacker.forge(at, from);
    order(run, 0);
  },
  rewind(run, at) {
    run.attacker.rewind(at);
    run.device.receive(run.world.want(run.world.newest(), run.nowMs));
  },
  tamper: (run, at, from) => run.attacker.tamper(at, from),
  swap: (run, at, from) => run.attacker.swap(pick(run, at), at, from),
  swapNewest(run, at, from) {
    run.attacker.heal();
    run.world.publish();
    run.attacker.swap(run.world.newest(), at, from);
    run.device.receive(run.world.want(run.world.newest(), run.nowMs));
  },
  heal: (run) => run.attacker.heal(),
  overreach(run, at, from) {
    run.world.overreach(run.attacker.forge(at, from));
    run.attacker.heal();
    order(run, 0);
  },
  revoke(run, at) {
    run.world.revoke(pick(run, at));
    run.attacker.watch();
  },
  floor(run, at) {
    run.world.raiseFloor(pick(run, at).release.releaseCounter);
    run.attacker.watch();
  },
  director: (run) => run.world.changeDirector(),
  online: (run) => run.world.replaceOnlineKeys(),
  crash: (run) => end(run),
  spoil(run, at, from) {
    const digest = run.device.runtime.running(APP)[0]?.spec.releaseDigest ?? '';
    run.spoil(run.world.find(digest) ?? pick(run, at), at, from);
    end(run);
  },
  restart: (run) => run.restart(),
  jump: (run, at) => run.jump(JUMPS_MS[at % JUMPS_MS.length] ?? 0),
  wait: (run) => run.settle(20_000),
} satisfies Record<string, Move>;

const NAMES = Object.keys(MOVES) as (keyof typeof MOVES)[];
/** What makes the difference is tried more often. */
const OFTEN = [
  'update',
  'tell',
  'want',
  'order',
  'order',
  'tamper',
  'tamper',
  'forgeDesired',
  'forgeMetadata',
  'replay',
  'swap',
  'restart',
  'crash',
] as const;

const move = fc.record({ do: fc.constantFrom(...NAMES, ...OFTEN), at: fc.nat(10_000), from: fc.nat(10_000) });
const storyOf = (maxLength: number) => fc.array(move, { minLength: 2, maxLength, size: 'max' });
const stories = fc.oneof(storyOf(15), storyOf(50));

const REFUSALS = [
  'arbitrary_software',
  'below_floor',
  'digest_mismatch',
  'expired',
  'generation_lower',
  'key_unknown',
  'release_disagrees',
  'signature_invalid',
  'target_unknown',
  'wrong_device',
];

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('nothing runs that the owner’s keys do not name', { timeout: 120_000 }, async () => {
  const seen = new Set<string>();
  let starts = 0;
  const property = fc.asyncProperty(
    stories,
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
    async (story, director, online, stops) => {
      const run = new HostileRun({ director, online, onRevoked: stops ? 'stop' : 'keep', seen });
      try {
        await run.start();
        await MOVES.update(run);
        await run.settle(2_000);
        for (const { do: name, at, from } of story) {
          await MOVES[name](run, at, from);
          await run.settle(400);
          expect(run.violations).toEqual([]);
        }
        starts += run.starts;
      } finally {
        await run.end();
      }
    },
  );
  await fc.assert(property, { numRuns: 60, seed: 20_261_121 });
  // Attacks that never got anywhere, and a device that never ran anything, would show nothing.
  for (const code of REFUSALS) expect(seen).toContain(code);
  expect(starts).toBeGreaterThan(100);
});

function order(run: HostileRun, at: number): void {
  const sealed = run.attacker.order(at, run.nowMs, run.accepted.root);
  if (sealed !== null) run.device.receive(sealed);
}

function end(run: HostileRun): void {
  const [instance] = run.device.runtime.running(APP);
  instance?.end({ kind: 'crashed', code: 'guest_error', message: 'it fell over' });
}

function pick(run: HostileRun, at: number) {
  const { releases } = run.world;
  return releases[at % releases.length] ?? run.world.newest();
}
