import { afterAll, afterEach, beforeAll } from 'vitest';
import type { EnginePatience } from '../src/runtimes/docker/client.ts';
import { createDockerRuntime } from '../src/runtimes/docker/runtime.ts';
import type { Instance, Runtime, WorkloadSpec } from '../src/runtimes/port.ts';
import { type RecordingHost, recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type ContainerImage, type ContainerWorld, makeContainerWorld } from './container-world.ts';
import { engineMissing, type PrivateEngine, startEngine } from './engine.ts';
import { podmanMissing, startPodman } from './podman.ts';

/** An engine and images for the file, a runtime for each test, and instances that are stopped after it. */
export interface ContainerStage {
  readonly engine: PrivateEngine;
  readonly world: ContainerWorld;
  readonly runtime: Runtime;
  readonly plain: ContainerImage;
  runtimeOf(device: string): Runtime;
  start(spec: WorkloadSpec, runtime?: Runtime): Promise<{ instance: Instance; host: RecordingHost }>;
}

export const ENGINES = ['docker', 'podman'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Why there is none; undefined when there is. */
export function missing(engine: EngineName): string | undefined {
  return engine === 'podman' ? podmanMissing() : engineMissing();
}

export const DEVICE = 'default/pi-7';

export function setUpContainers(
  options: { readonly engine?: EngineName; readonly bridge?: boolean; readonly patience?: EnginePatience } = {},
): ContainerStage {
  let engine: PrivateEngine | undefined;
  let world: ContainerWorld | undefined;
  let plain: ContainerImage | undefined;
  const patience = options.patience ? { patience: options.patience } : {};
  const instances: Instance[] = [];
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the stage is not set up yet');
    return value;
  };

  beforeAll(async () => {
    world = makeContainerWorld();
    plain = world.image();
    engine = await (options.engine === 'podman' ? startPodman() : startEngine(options));
  });
  afterEach(async () => {
    for (const instance of instances.splice(0)) await instance.stop(0);
  });
  afterAll(async () => {
    await engine?.stop();
    world?.dispose();
  });

  const stage: ContainerStage = {
    get engine() {
      return there(engine);
    },
    get world() {
      return there(world);
    },
    get plain() {
      return there(plain);
    },
    get runtime() {
      return stage.runtimeOf(DEVICE);
    },
    runtimeOf: (device) => createDockerRuntime({ device, socketPath: stage.engine.socketPath, ...patience }),
    async start(spec, runtime = stage.runtime) {
      const host = recordingHost();
      const started = await runtime.start(spec, host);
      if (!started.ok) throw new Error(JSON.stringify(started.problems));
      instances.push(started.value);
      return { instance: started.value, host };
    },
  };
  return stage;
}
