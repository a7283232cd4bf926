import type { FakeRuntime } from '../../src/runtimes/fake/runtime.ts';
import { APP, makeWorld, type World } from '../agent-world.ts';
import { tinyModule } from '../tiny-module.ts';
import { type DiskImage, readImage } from './disk-image.ts';
import { readMeaning } from './disk-meaning.ts';
import { liveUntil } from './life.ts';

/** What happens to a device whose power is cut: from which disk it begins, what is wanted of it, and what must never not run. */
export interface Scenario {
  readonly name: string;
  readonly world: World;
  readonly begin: DiskImage;
  /** Versions of which one must run without a network, whatever was on its way; none: it had nothing yet, or need not any more. */
  readonly mayRun: readonly string[];
  readonly script: (runtime: FakeRuntime) => void;
  /** The state in which it ends, and the version of it. */
  readonly end: { readonly state: string; readonly version: string } | null;
}

const HEALTH = { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 };
/** Without a `start` trigger the new release starts beside the one that runs, and takes its triggers over. */
const BESIDE = { triggers: [{ on: 'cron', schedule: '0 0 1 1 *' }] };
const NOTHING_SCRIPTED = () => {};

export async function makeScenarios(): Promise<readonly Scenario[]> {
  return [
    await install(),
    await makeUpdate(),
    await makeFailedUpdate(),
    await makeUpdate('swap', BESIDE),
    await makeFailedUpdate('failed swap', BESIDE),
    await removal(),
  ];
}

async function install(): Promise<Scenario> {
  const world = await makeWorld(null, 'pi-0');
  const begin = readImage(world.folder);
  world.want([{ version: '1.0.0', release: publish(world, '1.0.0') }]);
  const end = { state: 'healthy', version: '1.0.0' };
  return { name: 'install', world, begin, mayRun: [], script: NOTHING_SCRIPTED, end };
}

export async function makeUpdate(name = 'update', patch: object = {}): Promise<Scenario> {
  const { world, begin } = await installed(patch);
  world.want([{ version: '2.0.0', release: publish(world, '2.0.0', patch) }]);
  const end = { state: 'healthy', version: '2.0.0' };
  return { name, world, begin, mayRun: ['1.0.0', '2.0.0'], script: NOTHING_SCRIPTED, end };
}

export async function makeFailedUpdate(name = 'failed update', patch: object = {}): Promise<Scenario> {
  const { world, begin } = await installed(patch);
  world.want([{ version: '2.0.0', release: publish(world, '2.0.0', patch) }]);
  const end = { state: 'reverted', version: '2.0.0' };
  const script = (runtime: FakeRuntime) => void runtime.scripts.set(`${APP}@2.0.0`, { unhealthy: 'it is ill' });
  return { name, world, begin, mayRun: ['1.0.0'], script, end };
}

async function removal(): Promise<Scenario> {
  const { world, begin } = await installed();
  world.want([]);
  return { name: 'removal', world, begin, mayRun: [], script: NOTHING_SCRIPTED, end: null };
}

async function installed(patch: object = {}): Promise<{ world: World; begin: DiskImage }> {
  const world = await makeWorld(null, 'pi-0');
  world.want([{ version: '1.0.0', release: publish(world, '1.0.0', patch) }]);
  const end = { state: 'healthy', version: '1.0.0' };
  await liveUntil({ folder: world.folder }, '1.0.0 is installed', () => isAtRest(world.folder, end));
  return { world, begin: readImage(world.folder) };
}

/** With a verdict, and with nothing left to collect. */
export function isAtRest(folder: string, end: Scenario['end']): boolean {
  const { records, files } = readMeaning(folder);
  const blobs = files.filter((name) => name.startsWith('blobs'));
  if (end === null) return records.length === 0 && blobs.length === 0;
  const [record] = records as { phase: string; target: { workload: { version: string } } }[];
  return record?.phase === end.state && record.target.workload.version === end.version && blobs.length === 1;
}

function publish(world: World, version: string, patch: object = {}): string {
  return world.publish({ version, module: tinyModule({ label: version }), patch: { health: HEALTH, ...patch } });
}
