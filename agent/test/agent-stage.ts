import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type AgentProcess, type SpawnOptions, startAgent } from './agent-process.ts';
import { APP, makeWorld, type World } from './agent-world.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { type TinyModule, tinyModule } from './tiny-module.ts';
import { until } from './until.ts';

/** A broker for the file, a world for each test, and agents that are stopped after it. */
export interface Stage {
  readonly broker: Mosquitto;
  readonly world: World;
  start(options?: SpawnOptions): Promise<AgentProcess>;
  /** Waits until the control plane sees the app in this state. */
  reached(state: string, version: string): Promise<void>;
  /** Publishes a tiny module under its version as label. */
  publish(version: string, module?: Partial<TinyModule>): string;
  /** Publishes, wants and waits. */
  install(version: string): Promise<string>;
}

const DEVICES = 24;

export function setUpStage(): Stage {
  let broker: Mosquitto | undefined;
  let world: World | undefined;
  let next = 0;
  const agents: AgentProcess[] = [];
  const names = Array.from({ length: DEVICES }, (_, at) => `pi-${at}`);

  beforeAll(async () => {
    const users = Object.fromEntries(names.map((device) => [`default/${device}`, `secret-${device}`]));
    broker = await createMosquitto({ ...users, 'control-plane': 'control-plane' });
    await broker.start();
  });
  afterAll(() => broker?.dispose());
  beforeEach(async () => {
    world = await makeWorld(stage.broker.url, names[next] ?? 'too-many-tests');
    next += 1;
    // A runner that waits for a module would be counted among the programs.
    writeFileSync(join(world.folder, 'agent.json'), JSON.stringify({ runnerPool: 0 }));
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    await world?.dispose();
  });

  const stage: Stage = {
    get broker() {
      if (broker === undefined) throw new Error('no broker yet');
      return broker;
    },
    get world() {
      if (world === undefined) throw new Error('no world yet');
      return world;
    },
    async start(options) {
      const agent = await startAgent(stage.world.folder, options);
      agents.push(agent);
      return agent;
    },
    async reached(state, version) {
      try {
        await until(`${APP} ${version} is ${state}`, () => {
          const status = stage.world.statusOf(APP);
          return status?.state === state && status.version === version;
        });
      } catch (error) {
        throw new Error(`${APP} is ${JSON.stringify(stage.world.statusOf(APP))}`, { cause: error });
      }
    },
    publish: (version, module = {}) =>
      stage.world.publish({ version, module: tinyModule({ label: version, ...module }) }),
    async install(version) {
      const release = stage.publish(version);
      stage.world.want([{ version, release }]);
      await stage.reached('healthy', version);
      return release;
    },
  };
  return stage;
}

/** Processes that an agent has started and that live: its runners. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
