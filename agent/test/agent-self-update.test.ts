import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT_APP, type Release } from '@wherry/protocol';
import { afterAll, beforeAll, type TestContext, test } from 'vitest';
import { installService, packVersion, type Service, type Twist } from './agent-versions.ts';
import { makeWorld, type World } from './agent-world.ts';
import { createMosquitto, type Mosquitto } from './mosquitto.ts';
import { digestOf } from './tiny-module.ts';
import { until } from './until.ts';

/** The agent puts other versions of itself in its place: real processes, the real launcher, a real broker. */
const PATIENCE_MS = 240_000;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-self-update-'));
const DEVICES = ['pi-0', 'pi-1', 'pi-2', 'pi-3', 'pi-4', 'pi-5'];
let bus: Mosquitto;
let next = 0;

beforeAll(async () => {
  const devices = DEVICES.map((device) => [`default/${device}`, `secret-${device}`]);
  bus = await createMosquitto({ 'control-plane': 'control-plane', ...Object.fromEntries(devices) });
  await bus.start();
});
afterAll(async () => {
  await bus.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

interface Scene {
  readonly world: World;
  readonly service: Service;
  /** Publishes an agent and wants it; answers its release. */
  want(version: string, twist: Twist): string;
  /** Until the control plane has heard of this state of the version. */
  reached(state: string, version: string): Promise<void>;
  /** Until the control plane has heard from an agent of this version last. */
  runs(version: string): Promise<void>;
}

async function open(
  { onTestFinished }: TestContext,
  env: Readonly<Record<string, string>> = {},
  confirmWithinMs = 600_000,
): Promise<Scene> {
  const device = DEVICES[next] ?? '';
  next += 1;
  const world = await makeWorld(bus.url, device);
  const config = { http: false, dockerSocket: false, runnerPool: 0, selfUpdate: { confirmWithinMs } };
  writeFileSync(join(world.folder, 'agent.json'), JSON.stringify(config));
  const service = installService(join(scratch, device), world.folder, env);
  onTestFinished(async () => {
    await service.stop();
    await world.dispose();
  });
  const told = (state: string, version: string) => {
    const status = world.statusOf(AGENT_APP);
    return status?.state === state && status.version === version;
  };
  return {
    world,
    service,
    want(version, twist) {
      const archive = packVersion(join(scratch, device), version, twist);
      const artifact = { digest: digestOf(archive), sizeBytes: archive.length };
      const patch = {
        variants: [{ kind: 'agent', target: 'generic-x64', archive: artifact }],
        triggers: [{ on: 'start' }],
        health: { afterMs: 0, everyMs: 100, failures: 2, soakMs: 200 },
      } as unknown as Partial<Release>;
      const release = world.publish({ app: AGENT_APP, version, module: archive, patch });
      world.want([{ app: AGENT_APP, version, release }]);
      return release;
    },
    async reached(state, version) {
      try {
        await until(`${version} is ${state}`, () => told(state, version), PATIENCE_MS);
      } catch (cause) {
        const status = JSON.stringify(world.statusOf(AGENT_APP));
        throw new Error(`${version}: ${status} after ${service.starts()} starts: ${service.stderr().slice(-3_000)}`, {
          cause,
        });
      }
    },
    runs: (version) => {
      const inventories = () =>
        world.items.flatMap(({ body }) => (body.type === 'state' && body.inventory ? [body.inventory] : []));
      return until(`agent ${version} reports`, () => inventories().at(-1)?.agentVersion === version, PATIENCE_MS);
    },
  };
}

const current = ({ world }: Scene) => readlinkSync(join(world.folder, 'agent/current'));
const versions = ({ world }: Scene) => readdirSync(join(world.folder, 'agent/versions'));

test.concurrent('a sound version is confirmed after it checked in, and stays; a bad one after it is put back', {
  timeout: 600_000,
}, async (context) => {
  const { expect } = context;
  // Just before it is confirmed its power is cut: the next start is of the same version, which checks in again.
  const scene = await open(context, { WHERRY_CRASH_AT: 'update.confirm:1' });
  const good = scene.want('2.0.0', 'sound');
  await scene.reached('healthy', '2.0.0');
  await scene.runs('2.0.0');
  expect(current(scene)).toMatch(/^versions\/2\.0\.0-/);
  expect(scene.service.starts()).toBe(2);

  scene.want('3.0.0', 'crashes');
  await scene.reached('reverted', '3.0.0');
  await scene.runs('2.0.0');
  expect(scene.world.statusOf(AGENT_APP)).toMatchObject({
    code: 'agent_not_confirmed',
    running: { version: '2.0.0', release: good },
  });
  expect(current(scene)).toMatch(/^versions\/2\.0\.0-/);
  expect(scene.world.events('release_failed')).toHaveLength(1);
});

test.concurrent('a version that runs and never checks in gives itself up; one that hangs is ended', {
  timeout: 600_000,
}, async (context) => {
  const { expect } = context;
  const [deaf, hung] = await Promise.all([open(context, {}, 2_000), open(context, {}, 1_000)]);
  deaf.want('2.0.0', 'deaf');
  hung.want('2.0.0', 'hangs');
  await deaf.reached('failed', '2.0.0');
  // By itself; or by the launcher, where the start took so long that its time was over first.
  expect(['health_failed', 'agent_not_confirmed']).toContain(deaf.world.statusOf(AGENT_APP)?.code);
  await deaf.runs('1.0.0');
  await hung.reached('failed', '2.0.0');
  expect(hung.world.statusOf(AGENT_APP)).toMatchObject({ code: 'agent_not_confirmed' });
  await hung.runs('1.0.0');
});

test.concurrent('what cannot pass its own test is never started', { timeout: 600_000 }, async (context) => {
  const { expect } = context;
  const scene = await open(context);
  scene.want('2.0.0', 'untestable');
  await scene.reached('rejected', '2.0.0');
  scene.want('3.0.0', 'other version');
  await scene.reached('rejected', '3.0.0');
  for (const { code } of scene.world.statusOf(AGENT_APP)?.refusals ?? []) expect(code).toBe('self_test_failed');
  expect(scene.world.statusOf(AGENT_APP)?.refusals).toHaveLength(1);
  expect(scene.service.starts()).toBe(1);
  expect(versions(scene).filter((name) => !name.endsWith('.new'))).toEqual([]);
});

test.concurrent('the agent before one that changed the database finds its data again', {
  timeout: 600_000,
}, async (context) => {
  const { expect } = context;
  const scene = await open(context, { WHERRY_CRASH_AT: 'update.arm:1' });
  scene.want('2.0.0', 'migrates');
  await scene.reached('failed', '2.0.0');
  await scene.runs('1.0.0');
  expect(scene.world.events('storage_brought_back')).toHaveLength(1);
  expect(scene.world.events('storage_damaged')).toEqual([]);
  scene.want('3.0.0', 'sound');
  await scene.reached('healthy', '3.0.0');
  await scene.runs('3.0.0');
});
