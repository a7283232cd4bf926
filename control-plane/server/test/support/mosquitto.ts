import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExternalBroker, type ExternalBroker } from '../../src/broker/external/external-broker.ts';
import { readExternalSettings } from '../../src/broker/external/settings.ts';
import { MOSQUITTO_FILES } from '../../src/broker/mosquitto/configuration.ts';
import { createDenyList } from '../../src/broker/mosquitto/deny-list.ts';
import { type MosquittoFolder, writeMosquittoFolder } from '../../src/broker/mosquitto/write-configuration.ts';
import type { RefusedCertificate } from '../../src/broker/port.ts';
import { denyListSource } from '../../src/ca/deny-list-source.ts';
import { type OpenAuthority, openAuthority } from '../../src/ca/open-authority.ts';
import { eventually } from './eventually.ts';
import type { KeyAndCertificate } from './test-authority.ts';

/** A real mosquitto, started from the configuration that the control plane writes for it. */
export interface Mosquitto {
  readonly authority: OpenAuthority;
  readonly deviceUrl: string;
  /** For `--broker`. */
  readonly settingsFile: string;
  readonly pid: number;
  device(name: string): Promise<KeyAndCertificate & { readonly serial: string }>;
  connect(clientId?: string): Promise<ExternalBroker>;
  /** Writes the configuration again and makes mosquitto read it. */
  reload(revoked: readonly RefusedCertificate[]): Promise<void>;
  /** SIGKILL and a new start, on the same ports; in between happens what is given. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/sbin/mosquitto';
const HOST = '127.0.0.1';
const DAY_MS = 86_400_000;
const READY_WITHIN_MS = 60_000;

/** With the authority of `dataDir`, or one of its own. */
export async function startMosquitto(dataDir?: string): Promise<Mosquitto> {
  const dir = await mkdtemp(join(tmpdir(), 'wherry-mosquitto-'));
  const authority = await openAuthority(dataDir ?? dir, Date.now());
  const [devicePort, controlPlanePort] = await freePorts(2);
  const at: MosquittoFolder = {
    folder: join(dir, 'broker'),
    devices: { host: HOST, port: devicePort as number },
    controlPlane: { host: HOST, port: controlPlanePort as number },
    names: [{ type: 'ip', value: HOST }],
    deviceUrl: `mqtts://${HOST}:${devicePort}`,
    controlPlaneUrl: `mqtts://${HOST}:${controlPlanePort}`,
  };
  await writeMosquittoFolder(at, authority, [], Date.now());
  let child = await launch(at);
  return {
    authority,
    deviceUrl: at.deviceUrl,
    settingsFile: join(at.folder, MOSQUITTO_FILES.settings),
    get pid() {
      return child.pid as number;
    },
    async device(name) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const [tenant = '', device = ''] = name.split('/');
      const issued = await authority.issueDevice({
        ...{ tenant, device, notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS },
        publicKey: publicKey.export({ format: 'der', type: 'spki' }),
      } as Parameters<OpenAuthority['issueDevice']>[0]);
      const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      return { keyPem, certPem: issued.pem, serial: issued.serial };
    },
    async connect(clientId = 'control-plane') {
      const { denyList, ...settings } = await readExternalSettings(join(at.folder, MOSQUITTO_FILES.settings));
      if (!denyList) throw new Error('the configuration names no list of what is refused');
      const source = denyListSource(authority, () => Date.now());
      return createExternalBroker({ ...settings, denyList: createDenyList(denyList, source), clientId });
    },
    async reload(revoked) {
      await writeMosquittoFolder(at, authority, revoked, Date.now());
      child.kill('SIGHUP');
    },
    async restart(meanwhile = async () => {}) {
      await end(child, 'SIGKILL');
      await meanwhile();
      child = await launch(at);
    },
    async stop() {
      await end(child, 'SIGTERM');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch({ folder }: MosquittoFolder): Promise<ChildProcess> {
  const written = await readFile(join(folder, MOSQUITTO_FILES.configuration), 'utf8');
  // Started by root it would change to a user who may not read the keys; operators give that user the folder.
  const file = join(folder, 'as-root.conf');
  await writeFile(file, `user root\n${written}`);
  const child = spawn(PROGRAM, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  await eventually(
    'mosquitto to run',
    () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}: ${said}`);
      return /mosquitto version \S+ running/.test(said);
    },
    READY_WITHIN_MS,
  );
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Picked by the kernel, all at once, and let go of for mosquitto, which cannot pick. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, HOST);
      await once(server, 'listening');
      return (server.address() as { port: number }).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
