import type { Report } from '@wherry/protocol';
import type { FleetServer } from './server/fleet-server.ts';
import { relabel } from './server/rollout-run.ts';
import { RINGS } from './server/store.ts';
import { answerLate } from './server/use-cases.ts';
import type { SimDevice, Stage } from './stage.ts';
import { openForged } from './wire.ts';

/** The stage with its servers as operators and misfortunes reach them. */
type World = Stage & { readonly fleetServer: FleetServer };

/** What goes wrong with devices, each at times of its own, until the world heals. */
export function beginMisfortunes(world: World): void {
  const each = (everyMs: number, happen: () => void) => {
    const again = () => {
      world.timeline.after(world.random.between(0, 2 * everyMs), () => {
        if (world.healed) return;
        again();
        happen();
      });
    };
    again();
  };
  const perDeviceMs = (share: number) => 600_000 / (share * world.devices.length);
  const { weather } = world;
  const anyOne = () => world.devices[world.random.int(world.devices.length)] as SimDevice;
  if (weather.offline > 0) each(perDeviceMs(weather.offline), () => goOffline(world, anyOne()));
  if (weather.reboot > 0) each(perDeviceMs(weather.reboot), () => anyOne().powerOff());
  if (weather.crash > 0)
    each(perDeviceMs(weather.crash), () => {
      anyOne().effectsLeft = world.random.int(8);
    });
  if (weather.clock > 0) each(perDeviceMs(weather.clock), () => jump(world, anyOne()));
  if (weather.forge > 0) each(perDeviceMs(weather.forge), () => forge(anyOne()));
  if (weather.links > 0)
    each(perDeviceMs(weather.links), () => {
      const device = anyOne();
      device.isMetered = !device.isMetered;
      world.tell(device.name, device.isMetered ? 'is on a metered link' : 'is on an unmetered link');
    });
  if (weather.wishes > 0) each(perDeviceMs(weather.wishes), () => label(world, anyOne()));
  if (weather.lie > 0) each(perDeviceMs(weather.lie), () => lie(world));
  if (weather.lateAnswer > 0) each(30_000 / weather.lateAnswer, () => answerLateSomewhere(world));
  if (weather.backup > 0) each(perDeviceMs(weather.backup), () => restoreBackup(world, anyOne()));
}

/** Somebody sorts the fleet: a device gets another label. */
function label(world: World, device: SimDevice): void {
  const ring = world.random.int(RINGS);
  world.tell(device.name, `gets the ring ${ring}`);
  world.fleetServer.any().run((work) => relabel(work, device.name, ring));
}

function goOffline(world: World, device: SimDevice): void {
  device.link.disconnect();
  world.timeline.after(world.random.between(1_000, 400_000), () => device.link.connect());
}

function jump(world: World, device: SimDevice): void {
  device.clockSkewMs = world.random.pick([-3_600_000, 3_600_000, 30 * 86_400_000, -1_700_000_000_000, 0]);
  world.tell(device.name, `has its clock off by ${device.clockSkewMs} ms`);
  const process = world.fleetServer.any();
  if (world.random.chance(0.1)) process.skewMs = world.random.between(-60_000, 60_000);
}

/** A stranger sends a desired state of a far generation, or one that the director signed long ago once more. */
function forge(device: SimDevice): void {
  const { accepted } = device.disk;
  if (accepted === null) return;
  for (const old of device.seen.slice(0, -1)) device.receiveDesired(old);
  const [workload] = accepted.state.workloads;
  if (workload === undefined) return;
  const forged = openForged({ ...accepted.state, generation: accepted.state.generation + 1_000 });
  if (forged !== null) device.receiveDesired({ state: forged, digest: 'forged' }, false);
}

/** A device says what is not so: another attempt, another release, a generation that nobody gave it, a number used before. */
function lie(world: World): void {
  const liars = world.devices.filter(({ isLiar }) => isLiar);
  const device = liars[world.random.int(Math.max(1, liars.length))];
  const status = world.store.devices.get(device?.name ?? '')?.reported?.status;
  if (device === undefined || !status) return;
  const { random } = world;
  const attempt = Math.max(1, status.attempt + random.between(-1, 2));
  const release = world.releases[random.int(world.releases.length)]?.digest ?? status.release;
  const state = random.pick(['healthy', 'failed', 'reverted', 'downloading'] as const);
  const body = {
    type: 'state' as const,
    generation: random.chance(0.3) ? 1_000_000 + random.int(1_000) : device.generation,
    workloads: { [status.app]: { ...status, attempt, release, state } },
  };
  const boot = random.chance(0.5) ? device.boot : 'f'.repeat(32);
  const seq = boot === device.boot ? 1 : random.between(1, 4);
  const report = { device: device.name, boot, items: [{ seq, atMs: device.nowMs(), body }] } as unknown as Report;
  world.tell(device.name, `lies: ${state} at attempt ${attempt}`);
  world.network.carry(() => world.fleetServer.receive(device.name, report));
}

/** The server's row of a device comes back from a backup: an older assignment, under a generation that is above all others. */
function restoreBackup(world: World, device: SimDevice): void {
  const older = world.store.rollouts.values().next().value?.previous.get(device.name);
  const old = world.random.chance(0.5) ? older : world.backupOf(device.name);
  if (old == null) return;
  world.tell(device.name, `is assigned from a backup: ${old.version} attempt ${old.attempt}`);
  world.fleetServer.any().run((work) => {
    work.change(device.name, { assignment: old });
    work.stale.add(device.name);
  });
}

/** A pick is answered that nobody waits for any more. */
function answerLateSomewhere(world: World): void {
  for (const id of world.store.rollouts.keys()) answerLate(world.fleetServer.any(), id);
}
