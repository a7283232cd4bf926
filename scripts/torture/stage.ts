import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installAgent } from '@wherry/agent/testing/stage';
import { createClaimToken } from '@wherry/protocol';
import { capture } from '../fleet/command-line.ts';
import { type ControlPlane, startControlPlane } from '../fleet/control-plane.ts';
import { type Cable, layCable } from './cable.ts';
import { openReleaseMaker, type ReleaseMaker } from './releases.ts';

/** A control plane, a publisher, and devices that reach the control plane over cables of their own. */
export interface Stage {
  readonly dir: string;
  readonly controlPlane: ControlPlane;
  readonly publisher: ReleaseMaker;
  readonly cacheDir: string;
  addDevice(name: string): Promise<StageDevice>;
  close(): Promise<void>;
}

export interface StageDevice {
  readonly name: string;
  readonly folder: string;
  /** Starts its agent, of whichever version. */
  readonly launcher: string;
  readonly logFile: string;
  pull(): void;
  plug(): void;
}

/** A version of the agent that never checks in gives itself up after this. */
const CONFIRM_WITHIN_MS = 5_000;

export async function openStage(dir: string): Promise<Stage> {
  mkdirSync(join(dir, 'server'), { recursive: true });
  const controlPlane = await startControlPlane({ dir: join(dir, 'server') });
  const publisher = await openReleaseMaker(controlPlane, dir);
  const trustFile = join(dir, 'root.json');
  writeFileSync(trustFile, publisher.root);
  const cables: Cable[] = [];

  async function lay(url: string): Promise<Cable> {
    const { hostname, port } = new URL(url);
    const cable = await layCable({ host: hostname, port: Number(port) });
    cables.push(cable);
    return cable;
  }

  return {
    dir,
    controlPlane,
    publisher,
    cacheDir: join(dir, 'compiled'),
    async addDevice(name) {
      const folder = join(dir, name);
      await claim(controlPlane, name, folder, trustFile);
      const [http, mqtt] = [await lay(controlPlane.http), await lay(controlPlane.mqtt)];
      rewire(folder, `http://127.0.0.1:${http.port}`, `mqtt://127.0.0.1:${mqtt.port}`);
      const own = [http, mqtt];
      return {
        name,
        folder,
        launcher: installAgent(`${folder}.opt`),
        logFile: `${folder}.log`,
        pull: () => own.forEach((cable) => void cable.pull()),
        plug: () => own.forEach((cable) => void cable.plug()),
      };
    },
    async close() {
      for (const cable of cables) await cable.close();
      await controlPlane.program().stop();
    },
  };
}

async function claim(controlPlane: ControlPlane, name: string, folder: string, trustFile: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const selfUpdate = { confirmWithinMs: CONFIRM_WITHIN_MS };
  const config = { http: { port: 0 }, dockerSocket: false, runnerPool: 0, selfUpdate };
  writeFileSync(join(folder, 'agent.json'), JSON.stringify(config));
  const { token } = await controlPlane.client.call(createClaimToken, { body: { device: name as never } as never });
  const claimed = await capture([
    'agent/src/main.ts',
    'claim',
    ...['--server', controlPlane.http, '--token', token, '--trust', trustFile],
    ...['--data', folder, '--name', name, '--label', `lane=${name}`, '--target', 'generic-x64'],
  ]);
  if (claimed.code !== 0) throw new Error(`claim of ${name} ended with ${claimed.code}: ${claimed.stderr.trim()}`);
}

/** What the device was told at its claim are the addresses behind the cables. */
function rewire(folder: string, serverUrl: string, mqttUrl: string): void {
  const path = join(folder, 'identity.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), serverUrl, mqttUrl }));
}
