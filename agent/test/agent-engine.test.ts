import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeRuntime } from '../src/runtimes/fake/runtime.ts';
import { ownPlatform } from '../src/shell/device.ts';
import { APP, makeWorld, type World } from './agent-world.ts';
import { readMeaning } from './sweep/disk-meaning.ts';
import { beginLife, type Life } from './sweep/life.ts';
import { digestOf, tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** Engines that come and go under a running agent: no release is blamed for it, and what was chosen without one is chosen again. */
const CONTAINER = { kind: 'container', image: `sha256:${'a'.repeat(64)}`, platforms: [ownPlatform()] };
const HEALTH = { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 };
let world: World;
let wasm: FakeRuntime;
let engine: FakeRuntime;
let life: Life | undefined;

beforeEach(async () => {
  world = await makeWorld(null, 'pi-0');
  wasm = new FakeRuntime();
  engine = new FakeRuntime({ kind: 'container' });
});
afterEach(async () => {
  await life?.stop();
  life = undefined;
  await world.dispose();
});

function publish(version: string, kinds: readonly ('wasm' | 'container')[], health: object = HEALTH): string {
  const module = tinyModule({ label: version });
  const wasmVariant = {
    kind: 'wasm',
    abi: 'assemblyscript',
    module: { digest: digestOf(module), sizeBytes: module.length },
  };
  const variants = kinds.map((kind) => (kind === 'wasm' ? wasmVariant : CONTAINER));
  return world.publish({ version, module, patch: { variants, health } as never });
}

async function live(): Promise<void> {
  life = await beginLife({ folder: world.folder, runtimes: [wasm, engine], config: { engineEveryMs: 1_000 } });
}

interface Seen {
  readonly phase: string;
  readonly target: { readonly variantAt: number; readonly refusals: readonly { readonly code: string }[] };
}
const seen = () => readMeaning(world.folder).records[0] as Seen | undefined;
const isHealthyWith = (variantAt: number) => seen()?.phase === 'healthy' && seen()?.target.variantAt === variantAt;

test('a container that came before its engine runs when the engine is there', async () => {
  engine.isMissing = true;
  world.want([{ version: '1.0.0', release: publish('1.0.0', ['container']) }]);
  await live();
  await until('it is refused', () => seen()?.phase === 'rejected');
  expect(seen()?.target.refusals.map(({ code }) => code)).toEqual(['no_runtime']);
  engine.isMissing = false;
  await until('it runs', () => isHealthyWith(0));
  expect(engine.running(APP)).toHaveLength(1);
});

test('an engine that is lost during the trial quarantines nothing: the trial is made again when it is back', async () => {
  world.want([{ version: '1.0.0', release: publish('1.0.0', ['wasm']) }]);
  await live();
  await until('1.0.0 runs', () => isHealthyWith(0));
  await life?.stop();
  const slow = { ...HEALTH, soakMs: 600_000 };
  world.want([{ version: '2.0.0', release: publish('2.0.0', ['container'], slow) }]);
  await live();
  await until('it is on trial', () => seen()?.phase === 'probing');
  engine.isMissing = true;
  for (const instance of engine.running(APP))
    instance.end({ kind: 'crashed', code: 'no_runtime', message: 'the engine is gone' });
  await until('it is not taken', () => seen()?.phase === 'rejected');
  expect(readMeaning(world.folder).quarantine).toEqual([]);
  await until('what ran runs again', () => wasm.running(APP).length === 1);
  engine.isMissing = false;
  await until('it is on trial again', () => seen()?.phase === 'probing');
});

test('an engine that is gone for good gives way to the next variant, and gets its program back', async () => {
  world.want([{ version: '1.0.0', release: publish('1.0.0', ['container', 'wasm']) }]);
  await live();
  await until('it runs as a container', () => isHealthyWith(0));
  engine.isMissing = true;
  await until('it runs as a module', () => isHealthyWith(1));
  expect([engine.running(APP).length, wasm.running(APP).length]).toEqual([0, 1]);
  engine.isMissing = false;
  await until('it runs as a container again', () => isHealthyWith(0));
  await until('only there', () => wasm.running(APP).length === 0);
});
