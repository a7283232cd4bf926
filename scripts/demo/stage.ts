import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wherry } from '../fleet/command-line.ts';
import { type ControlPlane, startControlPlane } from '../fleet/control-plane.ts';
import { type DeviceProcess, startDevice } from '../fleet/device.ts';
import { type Backstage, openBackstage } from './backstage.ts';
import type { Narrator } from './narrator.ts';

/** What the story plays on: a control plane, six devices, a publisher's key, and a container engine where one can be had. */
export interface Stage {
  readonly dir: string;
  readonly controlPlane: ControlPlane;
  readonly devices: readonly DeviceProcess[];
  readonly backstage: Backstage;
  /** Runs `wherry … --json` as an operator of this control plane. */
  run<T>(...args: readonly string[]): Promise<T>;
  close(): Promise<void>;
}

/** Name, labels, and whether the device runs containers only, as a gateway with an old policy would. */
const CAST: readonly { name: string; labels: Record<string, string>; containersOnly?: boolean }[] = [
  { name: 'canary-1', labels: { ring: 'canary', site: 'berlin' } },
  { name: 'hall-2', labels: { ring: 'fleet', site: 'berlin' } },
  { name: 'hall-3', labels: { ring: 'fleet', site: 'berlin' } },
  { name: 'roof-4', labels: { ring: 'fleet', site: 'lisbon' } },
  { name: 'roof-5', labels: { ring: 'fleet', site: 'lisbon' } },
  { name: 'yard-6', labels: { ring: 'fleet', site: 'lisbon' }, containersOnly: true },
];

export async function openStage(options: { dir: string; narrator: Narrator; httpPort?: number }): Promise<Stage> {
  const { dir, narrator } = options;
  narrator.chapter('A control plane and six devices');
  mkdirSync(join(dir, 'server'), { recursive: true });
  const controlPlane = await startControlPlane({
    dir: join(dir, 'server'),
    ...(options.httpPort === undefined ? {} : { httpPort: options.httpPort }),
  });
  const keys = join(dir, 'keys');
  const env = { WHERRY_SERVER: controlPlane.http, WHERRY_TOKEN: controlPlane.token, WHERRY_KEYS: keys };
  const run = <T>(...args: readonly string[]) => wherry<T>(args, env);
  narrator.say(`control plane at ${controlPlane.http}, MQTT at ${controlPlane.mqtt}`);

  const backstage = await openBackstage(dir, narrator);
  await run('trust', 'init', '--app', 'thermostat', '--no-passphrase');
  const trustFile = join(dir, 'root.json');
  writeFileSync(trustFile, JSON.stringify(await run('trust', 'root')));
  const made = readdirSync(keys).filter((name) => name.endsWith('.key'));
  narrator.say(`keys that decide what devices run, made on this machine: ${made.join(', ')}`);

  const startOne = async ({ name, labels, containersOnly }: (typeof CAST)[number]): Promise<DeviceProcess> => {
    const { token } = await run<{ token: string }>('device', 'claim-token', '--device', name);
    const usesEngine = containersOnly === true && backstage.engineSocket !== null;
    const device = await startDevice({
      name,
      dir: join(dir, name),
      server: controlPlane.http,
      token,
      trustFile,
      labels,
      config: {
        http: { host: '127.0.0.1', port: 0 },
        dockerSocket: backstage.engineSocket ?? false,
        policy: { allowWasm: !usesEngine },
      },
    });
    const told = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    narrator.say(`${name} claimed its identity (${told.join(', ')})`);
    return device;
  };
  const devices = await Promise.all(CAST.map(startOne));

  return {
    dir,
    controlPlane,
    devices,
    backstage,
    run,
    async close() {
      await Promise.all(devices.map((device) => device.program().stop()));
      await controlPlane.program().stop();
      await backstage.close();
    },
  };
}
