import { afterAll, beforeAll, describe } from 'vitest';
import { createDockerRuntime } from '../src/runtimes/docker/runtime.ts';
import { type Behaviour, describeRuntime } from '../src/runtimes/testing/contract.ts';
import { ENGINES, missing } from './container-stage.ts';
import { type ContainerImage, type ContainerWorld, containerSpec, makeContainerWorld } from './container-world.ts';
import { type PrivateEngine, startEngine } from './engine.ts';
import { startPodman } from './podman.ts';

describe.each(ENGINES.filter((engine) => missing(engine) === undefined))('docker runtime on a real %s', (name) => {
  let engine: PrivateEngine;
  let world: ContainerWorld;
  let plain: ContainerImage;
  let sick: ContainerImage;

  beforeAll(async () => {
    world = makeContainerWorld();
    plain = world.image();
    sick = world.image(['--health', '/app', '--health', 'exit', '--health', '1']);
    engine = await (name === 'podman' ? startPodman() : startEngine());
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
  describeRuntime(name, {
    runtime: async () => createDockerRuntime({ device: 'default/contract', socketPath: engine.socketPath }),
    spec: (behaviour) => specs[behaviour](),
    event: { on: 'cron', schedule: '* * * * *', atMs: 0 },
    skips: {
      failing: 'a container does not answer events; what it makes of them shows in its health',
      ...(name === 'podman' && { unhealthy: 'it runs the HEALTHCHECK of an image by timers of systemd' }),
    },
  });
});
