import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AgentProcess,
  createMosquitto,
  digestOf,
  type Ear,
  listenOn,
  type Mosquitto,
  makeWorld,
  startAgent,
  until,
  type World,
} from '@wherry/agent/testing/stage';
import type { WasmAbi } from '@wherry/protocol';
import { CANARY, CANARY_SOURCE, canaryAnswer } from './canary.ts';
import { FAKE_HARDWARE } from './fake-hardware.ts';
import { type ForbiddenPlaces, openForbiddenPlaces } from './forbidden-places.ts';
import { build, c } from './guests.ts';
import { httpCall } from './http-call.ts';
import { SHARED_APPS } from './neighbour-apps.ts';
import { type Planted, plantSecrets } from './planted.ts';

/**
 * Where attacks happen: a real agent process over its own folder, a broker and a publisher with real keys to command it, a second
 * broker as the device's own, servers that may and may not be reached, planted secrets, and the canary at work.
 */
export interface Stage {
  readonly world: World;
  readonly agent: AgentProcess;
  readonly http: string;
  readonly secret: string;
  readonly places: ForbiddenPlaces;
  readonly planted: Planted;
  /** What reached the control plane's broker from the device, and the device's own broker. */
  readonly fleet: Ear;
  readonly bus: Ear;
  readonly canaryAnswer: string;
  readonly canaryRelease: string;
  /** Pids of all runners, those included that wait for a module. */
  runners(): readonly number[];
  isUp(): boolean;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Entry of the agent; unless told, the real one. */
  readonly main?: string;
  /** A program in the place of the runner. */
  readonly runner?: string;
}

export const DEVICE = 'pi-attacked';
export const CANARY_VERSION = '1.0.0';
const HOOK = join(import.meta.dirname, 'name-server-hook.mjs');

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await furnish(options, ends, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(
  { main, runner }: StageOptions,
  ends: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const [broker, bus] = [
    await brokerFor([`default/${DEVICE}`, 'control-plane']),
    await brokerFor(['device', 'listener']),
  ];
  ends.push(broker.dispose, bus.dispose);
  const world = await makeWorld(broker.url, DEVICE);
  ends.push(world.dispose);
  const secret = randomBytes(12).toString('hex');
  const places = await openForbiddenPlaces(secret);
  const planted = plantSecrets(world.folder, secret);
  const fleet = await listenOn(broker.url, 'control-plane', [`wherry/v1/default/${DEVICE}/+`]);
  const busEar = await listenOn(bus.url, 'listener', ['#']);
  ends.push(fleet.close, busEar.close, places.close);
  const config = {
    http: { host: '127.0.0.1', port: 0 },
    dockerSocket: false,
    localBroker: { url: bus.url, username: 'device', password: 'device' },
    usageEveryMs: 300_000,
    // A runner that waits for a module has nothing to attack, and would be mistaken for the guest's.
    runnerPool: 0,
    isolation: { shared: SHARED_APPS },
    fakeHardware: FAKE_HARDWARE,
    policy: { allowFeatures: ['multi-memory', 'memory64'] },
    logLevel: 'info',
  };
  writeFileSync(join(world.folder, 'agent.json'), JSON.stringify(config));
  const env = {
    WHERRY_ATTACK_SECRET: secret,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${HOOK}`.trim(),
    ...(runner === undefined ? {} : { WHERRY_RUNNER: runner }),
  };
  const agent = await startAgent(world.folder, main === undefined ? { env } : { env, main });
  ends.push(agent.stop);
  const http = agent.ready.http ?? '';
  const canaryRelease = publishCanary(world, secret);
  world.want([{ app: CANARY, version: CANARY_VERSION, release: canaryRelease }]);
  await until('the canary has a verdict', () =>
    ['healthy', 'failed', 'rejected'].includes(world.statusOf(CANARY)?.state ?? ''),
  );
  if (world.statusOf(CANARY)?.state !== 'healthy')
    throw new Error(
      `the canary does not run: ${JSON.stringify(world.statusOf(CANARY))} ${agent.stderr().slice(-2_000)}`,
    );
  const expected = canaryAnswer(secret);
  const { body } = await httpCall(http, `/${CANARY}/`);
  if (body !== expected) throw new Error(`the canary answers ${body} and not ${expected}`);
  const command = { kind: 'logs', forMs: 600_000, expiresAtMs: Date.now() + 600_000 };
  await fleet.say(`wherry/v1/default/${DEVICE}/command/listen`, world.order('listen', command));
  const runners = () => childrenOf(agent.pid);
  let hasEnded = false;
  void agent.exit.then(() => {
    hasEnded = true;
  });
  return {
    world,
    agent,
    http,
    secret,
    places,
    planted,
    fleet,
    bus: busEar,
    canaryAnswer: expected,
    canaryRelease,
    runners,
    isUp: () => !hasEnded,
    close,
  };
}

/** Users whose password is their name, or what the world says it is. */
async function brokerFor(users: readonly string[]): Promise<Mosquitto> {
  const password = (user: string) => (user === `default/${DEVICE}` ? `secret-${DEVICE}` : user);
  const broker = await createMosquitto(Object.fromEntries(users.map((user) => [user, password(user)])));
  await broker.start();
  return broker;
}

function publishCanary(world: World, secret: string): string {
  const { bytes, abi } = build('canary', c(CANARY_SOURCE));
  return publishGuest(world, CANARY, CANARY_VERSION, bytes, abi, {
    capabilities: { kv: true, dataBytes: 64 * 1024, env: ['SECRET'], gpio: { siren: 'out' } },
    config: { SECRET: { type: 'string', default: secret } },
  });
}

type PublishOptions = Parameters<World['publish']>[0];

/** A release with one http trigger, unless `patch` says otherwise. */
export function publishGuest(
  world: World,
  app: string,
  version: string,
  bytes: Buffer,
  abi: WasmAbi,
  patch: object,
): string {
  const release = {
    triggers: [{ on: 'http', path: '/', methods: ['GET'] }],
    health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 100 },
    ...patch,
  };
  const variants = [{ kind: 'wasm', abi, module: { digest: digestOf(bytes), sizeBytes: bytes.length } }];
  return world.publish({ app, version, module: bytes, patch: { ...release, variants } } as PublishOptions);
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
