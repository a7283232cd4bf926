import { existsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openAuthority } from '../../ca/open-authority.ts';
import { ownNames } from '../../ca/own-names.ts';
import { isName } from '../../config/host-name.ts';
import { isWildcard, listenUrl } from '../../config/listen-url.ts';
import type { Listen } from '../../config/make-config.ts';
import { readListen } from '../../config/read-listens.ts';
import { openSqliteStore } from '../../storage/sqlite/open-sqlite-store.ts';
import type { RefusedCertificate } from '../port.ts';
import { MOSQUITTO_FILES } from './configuration.ts';
import { type MosquittoFolder, writeMosquittoFolder } from './write-configuration.ts';

/** `wherry-server broker-config mosquitto`: what mosquitto has to know so that it keeps the rules of the wire. */
export const BROKER_CONFIG_HELP = `wherry-server broker-config mosquitto --data DIR --out DIR [options]

Writes the configuration of a mosquitto 2.0 that carries the fleet's messages in place of the embedded broker: TLS, access rules by
device certificate, and broker.json, with which the control plane is started (--broker OUT/broker.json).

  --data DIR                folder of the control plane, with its authority
  --out DIR                 where the configuration goes; mosquitto's user has to be able to read it
  --devices HOST:PORT       where devices connect (0.0.0.0:8883)
  --control-plane HOST:PORT where the control plane connects (127.0.0.1:8884); for nobody else
  --name NAME               a name or address under which it is reached; repeat for more

While the control plane runs it keeps what is in OUT/clients, whom mosquitto lets in, and sends SIGHUP to the process of OUT/mosquitto.pid.
Run this again, and send mosquitto SIGHUP, within a year: its own certificates expire. And after "wherry ca switch" or "replace": they are to
be of the new authority; then restart the control plane too.
`;

export type ReadBrokerConfig =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }
  | { readonly kind: 'order'; readonly dataDir: string; readonly at: MosquittoFolder };

export function readBrokerConfig(args: readonly string[]): ReadBrokerConfig {
  const problems: string[] = [];
  const read = parse(args, problems);
  if (read?.values.help) return { kind: 'help' };
  const [kind, ...rest] = read?.positionals ?? [];
  if (read && (kind !== 'mosquitto' || rest.length > 0))
    problems.push('Say for which broker: wherry-server broker-config mosquitto.');
  const { data, out, name: names = [] } = read?.values ?? {};
  if (read && !data) problems.push('Say where the control plane has its data: --data DIR.');
  if (read && !out) problems.push('Say where the configuration goes: --out DIR.');
  for (const name of names) if (!isName(name)) problems.push(`--name ${name} is neither a host name nor an address.`);
  const devices = readListen('--devices', read?.values.devices ?? '0.0.0.0:8883', problems);
  const controlPlane = readListen('--control-plane', read?.values['control-plane'] ?? '127.0.0.1:8884', problems);
  if (problems.length > 0 || !data || !out || !devices || !controlPlane) return { kind: 'wrong', problems };
  const folder = resolve(out);
  const machine = { hostname: hostname(), interfaces: networkInterfaces() };
  const at: MosquittoFolder = {
    ...{ folder, devices, controlPlane },
    names: ownNames(names, [devices.host, controlPlane.host], machine),
    deviceUrl: urlOf(devices, names[0] ?? machine.hostname),
    controlPlaneUrl: urlOf(controlPlane, 'localhost'),
  };
  return { kind: 'order', dataDir: resolve(data), at };
}

export async function writeBrokerConfig(dataDir: string, at: MosquittoFolder): Promise<void> {
  const nowMs = Date.now();
  const authority = await openAuthority(dataDir, nowMs);
  await writeMosquittoFolder(at, authority, await refusedOf(dataDir, nowMs), nowMs);
  const written = { folder: at.folder, devices: at.deviceUrl, broker: join(at.folder, MOSQUITTO_FILES.settings) };
  process.stdout.write(`${JSON.stringify(written)}\n`);
}

async function refusedOf(dataDir: string, nowMs: number): Promise<readonly RefusedCertificate[]> {
  const file = join(dataDir, 'wherry.db');
  if (!existsSync(file)) return [];
  const store = await openSqliteStore(file);
  try {
    return await store.certificates.refused(nowMs);
  } finally {
    await store.close();
  }
}

/** A name where it listens on every address: nobody can connect to "every address". */
function urlOf({ host, port }: Listen, name: string): string {
  return listenUrl('mqtts', isWildcard(host) ? name : host, port);
}

function parse(args: readonly string[], problems: string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        out: { type: 'string' },
        devices: { type: 'string' },
        'control-plane': { type: 'string' },
        name: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    problems.push(`${(error as Error).message.split('\n')[0]}. Try --help.`);
    return null;
  }
}
