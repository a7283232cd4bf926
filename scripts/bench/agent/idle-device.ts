import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { getDevice } from '@wherry/protocol';
import { wherry } from '../../fleet/command-line.ts';
import { type ControlPlane, startControlPlane } from '../../fleet/control-plane.ts';
import { eventually } from '../../fleet/eventually.ts';
import { run, unpackAgent } from '../../fleet/packed-agent.ts';
import { ROOT } from '../../fleet/paths.ts';
import type { DeviceNetwork } from './network.ts';

/** The packed agent, as a device has it, claimed with TLS at a control plane of its own and running one program: `thermostat`, every 5 minutes. */
export interface IdleDevice {
  readonly controlPlane: ControlPlane;
  /** Starts the agent; `env` may make its clock run faster. Settles when it has said that it is ready. */
  start(env: Readonly<Record<string, string>>): Promise<RunningAgent>;
  close(): Promise<void>;
}

export interface RunningAgent {
  readonly pid: number;
  stop(): Promise<void>;
}

const NAME = 'idle-1';
const HEALTHY_WITHIN_MS = 60_000;
const HEALTH = 'health: { after: 1s, every: 10s, failures: 3, soak: 1s }';
/** Wide, because the agent's clock runs faster in a part of the run, and a call is then cut off early. */
const LIMITS = 'limits: { memory: 16MiB, cpu: 100%, wall: 60s }';

export async function openIdleDevice(dir: string, network: DeviceNetwork | null): Promise<IdleDevice> {
  const agent = unpackAgent(dir);
  const folder = join(dir, 'device');
  mkdirSync(join(dir, 'server'));
  mkdirSync(folder, { mode: 0o700 });
  const controlPlane = await startControlPlane({
    dir: join(dir, 'server'),
    secureHost: network?.hostAddress ?? '127.0.0.1',
  });
  const enter = network?.enter ?? [];
  const env = { WHERRY_SERVER: controlPlane.http, WHERRY_TOKEN: controlPlane.token, WHERRY_KEYS: join(dir, 'keys') };
  try {
    await claim(dir, folder, [...enter, agent], controlPlane, env);
    const first = await launch([...enter, agent], folder, {});
    await rollOut(dir, controlPlane, env);
    await first.stop();
  } catch (error) {
    await controlPlane.program().stop();
    throw error;
  }
  return {
    controlPlane,
    start: (more) => launch([...enter, agent], folder, more),
    close: () => controlPlane.program().stop(),
  };
}

async function claim(
  dir: string,
  folder: string,
  agent: readonly string[],
  controlPlane: ControlPlane,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  await wherry(['trust', 'init', '--app', 'thermostat', '--no-passphrase'], env);
  const trust = join(dir, 'root.json');
  writeFileSync(trust, JSON.stringify(await wherry(['trust', 'root'], env)));
  const { token } = await wherry<{ token: string }>(['device', 'claim-token', '--device', NAME], env);
  // The network's interface is metered, as a mobile modem is; there is no engine to ask.
  writeFileSync(
    join(folder, 'agent.json'),
    JSON.stringify({ dockerSocket: false, links: { metered: { interfaces: ['wh*'] } } }),
  );
  const [command = '', ...rest] = agent;
  const where = [
    '--server',
    String(controlPlane.https),
    '--token',
    token,
    '--trust',
    trust,
    '--data',
    folder,
    '--name',
    NAME,
  ];
  run(command, [...rest, 'claim', ...where]);
}

async function rollOut(dir: string, controlPlane: ControlPlane, env: Readonly<Record<string, string>>): Promise<void> {
  const release = join(dir, 'thermostat');
  cpSync(join(ROOT, 'guest-sdk/examples/thermostat'), release, { recursive: true });
  const manifest = join(release, 'wherry.yaml');
  // The example is probed five times a second, so that the demo is short; a device would not.
  const wanted = readFileSync(manifest, 'utf8')
    .replace(/^health:.*$/m, HEALTH)
    .replace(/^limits:.*$/m, LIMITS);
  writeFileSync(manifest, wanted);
  await wherry(['publish', release], env);
  await wherry(['rollout', 'start', 'thermostat@1.0.0', '--soak', '0s'], env);
  await eventually('thermostat is healthy', HEALTHY_WITHIN_MS, async () => {
    const device = await controlPlane.client.call(getDevice, { params: { device: NAME as never } });
    return device.workloads.some(({ state }) => state === 'healthy') || undefined;
  });
}

async function launch(
  agent: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningAgent> {
  const [command = '', ...rest] = agent;
  const child = spawn(command, [...rest, 'run', '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isReady = new Promise<boolean>((resolve) =>
    createInterface({ input: child.stdout }).once('line', () => resolve(true)),
  );
  if (!(await Promise.race([isReady, exited.then(() => false)])))
    throw new Error(`the agent ended before it was ready: ${said}`);
  // `ip netns exec` and the launcher become the agent by exec, so that the child is the agent itself.
  const pid = child.pid as number;
  if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.mjs'))
    throw new Error(`process ${pid} is not the agent`);
  return {
    pid,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
