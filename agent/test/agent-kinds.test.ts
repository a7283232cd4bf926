import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDockerRuntime } from '../src/runtimes/docker/runtime.ts';
import type { Runtime } from '../src/runtimes/port.ts';
import { createWasmRuntime } from '../src/runtimes/wasm/runtime.ts';
import { type RunningAgent, startAgent } from '../src/shell/agent.ts';
import { parseConfig } from '../src/shell/config.ts';
import { createEffects } from '../src/shell/effects.ts';
import { expectOk } from '../src/shell/expect-ok.ts';
import { makeWorld, type World } from './agent-world.ts';
import { type ContainerImage, type ContainerWorld, makeContainerWorld } from './container-world.ts';
import { engineMissing, type PrivateEngine, startEngine } from './engine.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { readMeaning } from './sweep/disk-meaning.ts';
import { tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

const DEVICE = 'default/pi-0';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A program becomes a container and a module again, over a real engine and real runners: each time one ordinary update. */
describe.skipIf(engineMissing() !== undefined)('a release of another kind', () => {
  let broker: Mosquitto;
  let engine: PrivateEngine;
  let images: ContainerWorld;
  let image: ContainerImage;
  let world: World;
  let agent: RunningAgent | undefined;
  let runners: string;
  /** Kinds of what runs, as instances begin and end. */
  let running: string[];
  let mostAtOnce: number;

  beforeAll(async () => {
    images = makeContainerWorld();
    image = images.image();
    broker = await createMosquitto({ [DEVICE]: 'secret-pi-0', 'control-plane': 'control-plane' });
    await broker.start();
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine?.stop();
    await broker?.dispose();
    images?.dispose();
  });
  beforeEach(async () => {
    world = await makeWorld(broker.url, 'pi-0');
    runners = mkdtempSync(join(tmpdir(), 'wherry-runners-'));
    [running, mostAtOnce] = [[], 0];
  });
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
    await world.dispose();
    rmSync(runners, { recursive: true, force: true });
  });

  function watched(runtime: Runtime): Runtime {
    return {
      ...runtime,
      async start(spec, host) {
        const started = await runtime.start(spec, host);
        if (!started.ok) return started;
        running.push(runtime.kind);
        mostAtOnce = Math.max(mostAtOnce, running.length);
        void started.value.exited.then(() => running.splice(running.indexOf(runtime.kind), 1));
        return started;
      },
    };
  }

  async function begin(): Promise<void> {
    agent = await startAgent({
      folder: world.folder,
      config: expectOk(parseConfig('{ "runnerPool": 0 }', 'the test')),
      effects: createEffects(),
      log: silent,
      makeRuntimes: () => [
        watched(createWasmRuntime({ stateDir: runners, runnerPool: 0 })),
        watched(createDockerRuntime({ device: DEVICE, socketPath: engine.socketPath })),
      ],
    });
  }

  const patch = {
    capabilities: { dataBytes: 65_536 },
    triggers: [{ on: 'start' }, { on: 'cron', schedule: '0 0 1 1 *' }],
  };
  const publishModule = (version: string) =>
    world.publish({ version, module: tinyModule({ label: version }), patch: { ...patch, idle: 'keep' } as never });

  function publishContainer(version: string, ...command: string[]): string {
    const { imageId, archive, platform, archivePath } = image;
    const variants = [{ kind: 'container', image: imageId, archive, platforms: [platform], command }];
    return world.publish({ version, module: readFileSync(archivePath), patch: { ...patch, variants } as never });
  }

  const seen = () =>
    readMeaning(world.folder).records[0] as
      | { readonly phase: string; readonly target: { readonly workload: { readonly version: string } } }
      | undefined;

  async function want(version: string, release: string, phase: string): Promise<void> {
    world.want([{ version, release }]);
    if (agent === undefined) await begin();
    await until(`${version} is ${phase}`, () => seen()?.target.workload.version === version && seen()?.phase === phase);
  }

  it('takes the place of the one before it, with its data, and gives way to it when it fails', async () => {
    await want('1.0.0', publishModule('1.0.0'), 'healthy');
    expect(running).toEqual(['wasm']);
    await want('2.0.0', publishContainer('2.0.0', 'show'), 'healthy');
    expect(running).toEqual(['container']);
    const kept = join(world.folder, 'data/thermostat/file');
    expect(existsSync(kept)).toBe(true);
    await want('3.0.0', publishModule('3.0.0'), 'healthy');
    expect(running).toEqual(['wasm']);
    expect(existsSync(kept)).toBe(true);
    await want('4.0.0', publishContainer('4.0.0', 'exit', '3'), 'reverted');
    await until('the module runs again', () => running.join() === 'wasm');
    expect(existsSync(kept)).toBe(true);
    expect(mostAtOnce).toBe(1);
  });
});
