import { afterAll, beforeAll, describe } from 'vitest';
import { createDockerRuntime } from '../src/runtimes/docker/runtime.ts';
import { type Behaviour, describeRuntime } from '../src/runtimes/testing/contract.ts';
import { type ContainerImage, type ContainerWorld, containerSpec, makeContainerWorld } from './container-world.ts';
import { engineMissing, type PrivateEngine, startEngine } from './engine.ts';

describe.skipIf(engineMissing() !== undefined)('docker runtime on a real engine', () => {
  let engine: PrivateEngine;
  let world: ContainerWorld;
  let plain: ContainerImage;
  let sick: ContainerImage;

  beforeAll(async () => {
    world = makeContainerWorld();
    plain = world.image();
    sick = world.image(['--health', '/app', '--health', 'exit', '--health', '1']);
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine?.stop();
    world?.dispose();
  });

  const events = { triggers: [{ on: 'start' as const }, { on: 'cron' as const, schedule: '* * * * *' }] };
  const specs: Record<Behaviour, () => ReturnType<typeof containerSpec>> = {
    well: () => containerSpec(plain, events),
    refused: () => containerSpec(plain, { platforms: ['linux/s390x'] }),
    unhealthy: () => containerSpec(sick),
    failing: () => containerSpec(plain, events),
    ending: () => containerSpec(plain, { command: ['exit', '0'] }),
  };
  describeRuntime('docker', {
    runtime: async () => createDockerRuntime({ device: 'default/contract', socketPath: engine.socketPath }),
    spec: (behaviour) => specs[behaviour](),
    event: { on: 'cron', schedule: '* * * * *', atMs: 0 },
    skips: { failing: 'a container does not answer events; what it makes of them shows in its health' },
  });
});
