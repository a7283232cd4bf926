import type { FleetServer } from './server/fleet-server.ts';
import type { ServerProcess } from './server/process.ts';
import { feed } from './server/rollout-run.ts';
import { type RolloutOrder, startRollout } from './server/start-rollout.ts';
import { RINGS } from './server/store.ts';
import { answerLate } from './server/use-cases.ts';
import type { Stage } from './stage.ts';

/** The stage with its servers as an operator reaches them. */
type World = Stage & { readonly fleetServer: FleetServer };

/** An operator who acts at random times and changes their mind; once all is well, one who lets everything come to its end. */
const ROLLOUTS_MAX = 5;

export function beginOperating(world: World): void {
  world.timeline.after(world.random.between(5_000, 20_000), () => {
    begin(world, world.fleetServer.any(), 1);
    actLater(world);
  });
}

function actLater(world: World): void {
  world.timeline.after(world.random.between(20_000, 240_000), () => {
    if (world.healed) return;
    actLater(world);
    act(world, world.fleetServer.any());
  });
}

function act(world: World, process: ServerProcess): void {
  const ids = [...world.store.rollouts.keys()];
  const id = ids[world.random.int(ids.length)];
  if (id === undefined) {
    begin(world, process, 1);
    return;
  }
  const share = world.random.next();
  if (share < 0.2) pause(world, process, id);
  else if (share < 0.5) tell(world, process, id, 'resume', { type: 'resume' });
  else if (share < 0.55) tell(world, process, id, 'abort keep', { type: 'abort', reached: 'keep' });
  else if (share < 0.63) tell(world, process, id, 'abort revert', { type: 'abort', reached: 'revert' });
  else if (share < 0.7) tell(world, process, id, 'other limits', { type: 'update', limits: drawLimits(world) });
  else if (ids.length < ROLLOUTS_MAX && world.weather.operator > 0)
    begin(world, process, world.random.int(world.releases.length));
}

/** Slots become free while it lasts; who answers a pick of before then must not be heard (R2). */
function pause(world: World, process: ServerProcess, id: string): void {
  tell(world, process, id, 'pause', { type: 'pause' });
  if (world.weather.lateAnswer > 0)
    for (const atMost of [10_000, 30_000, 60_000])
      world.timeline.after(world.random.between(1_000, atMost), () => answerLate(process, id));
}

function tell(world: World, process: ServerProcess, id: string, what: string, event: Parameters<typeof feed>[2]): void {
  world.tell('operator', `${what} ${id}`);
  process.run((work) => feed(work, id, event));
}

function begin(world: World, process: ServerProcess, at: number): void {
  const release = world.releases[at];
  if (release === undefined) return;
  const { random } = world;
  const gate = {
    maxFailures: random.pick([0, 2, world.devices.length]),
    maxFailureRate: random.pick([0.05, 0.2, 1]),
    minSample: random.pick([1, 5, 10]),
    minSuccess: random.pick([0, 0.5, 0.95]),
  };
  const waves = [
    { size: { count: random.between(1, 4) }, approval: random.chance(0.2) },
    { size: { share: 0.3 } },
    { size: { share: 1 } },
  ];
  const hasWishes = random.chance(world.weather.wishes);
  const wishes = hasWishes ? drawWishes(world, process) : NO_WISHES;
  const request: RolloutOrder['request'] = {
    ...wishes.request,
    ...(random.chance(0.7) ? { gate } : {}),
    ...(random.chance(0.7) ? { waves: waves.slice(random.int(3)) } : {}),
    ...(random.chance(0.2) ? { pace: { devicesPerMinute: random.between(10, 200) } } : {}),
    maxInFlight: random.between(2, 60),
    deadlineMs: random.pick([90_000, 300_000]),
    soakMs: random.pick([0, 45_000, 120_000]),
    ...(random.chance(0.6) ? { watch: { offlineAfterMs: random.pick([5_000, 20_000, null]) } } : {}),
  };
  world.tell('operator', `begins a rollout of ${release.version}`);
  const isRollback = random.chance(0.15);
  const { ring, terms } = wishes;
  process.run((work) => startRollout(work, { release, request, isRollback, ring, terms }));
}

type Wishes = Pick<RolloutOrder, 'ring' | 'terms'> & { readonly request: Partial<RolloutOrder['request']> };
const NO_WISHES: Wishes = { ring: null, terms: {}, request: {} };

/** What most rollouts leave alone: windows, what may be downloaded over, a time to begin, devices that come to match. */
function drawWishes({ random }: World, process: ServerProcess): Wishes {
  const every = random.pick([3, 5, 7]);
  const window = { cron: `*/${every} * * * *`, durationMs: random.pick([60_000, 90_000]) };
  const download = random.pick([{ metered: false }, { metered: true }, { outsideWindow: false }]);
  const isDynamic = random.chance(0.4);
  return {
    ring: isDynamic || random.chance(0.2) ? random.int(RINGS) : null,
    terms: { ...(random.chance(0.5) ? { window } : {}), ...(random.chance(0.4) ? { download } : {}) },
    request: {
      ...(random.chance(0.4) ? { startAtMs: process.nowMs() + random.between(30_000, 400_000) } : {}),
      ...(isDynamic ? { dynamic: true } : {}),
    },
  };
}

function drawLimits({ random }: World) {
  return {
    ...(random.chance(0.7) ? { maxInFlight: random.between(1, 60) } : {}),
    ...(random.chance(0.3) ? { deadlineMs: random.pick([60_000, 300_000]) } : {}),
    ...(random.chance(0.3) ? { soakMs: random.pick([0, 30_000]) } : {}),
    ...(random.chance(0.3) ? { pace: random.chance(0.5) ? null : { devicesPerMinute: random.between(10, 200) } } : {}),
  };
}

/** Resumes what stopped; what halts again and again is ended. */
export function settle(world: World, round: number): void {
  for (const [id, { header }] of world.store.rollouts) {
    const process = world.fleetServer.any();
    if (header.state === 'draft') process.run((work) => feed(work, id, { type: 'start' }));
    else if (header.state === 'halted' && round > 20)
      process.run((work) => feed(work, id, { type: 'abort', reached: 'keep' }));
    else if (header.state === 'halted' || header.state === 'paused' || header.state === 'awaiting_approval')
      process.run((work) => feed(work, id, { type: 'resume' }));
  }
}
