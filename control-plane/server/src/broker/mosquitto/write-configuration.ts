import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeClientCertificate } from '../../ca/client-certificate.ts';
import { openKeyPair } from '../../ca/key-pair.ts';
import type { OpenAuthority, ServerOrder } from '../../ca/open-authority.ts';
import { makeRevocationList } from '../../ca/revocation-list.ts';
import { writeFileDurably } from '../../files/write-file-durably.ts';
import type { RefusedCertificate } from '../port.ts';
import {
  CONTROL_PLANE_NAME,
  MOSQUITTO_FILES,
  type MosquittoOptions,
  mosquittoAccessRules,
  mosquittoConfiguration,
} from './configuration.ts';

/**
 * The folder that mosquitto is started from, and what the control plane needs to reach it. Written again it keeps its keys, makes new
 * certificates; `SIGHUP` makes mosquitto read them.
 */
export interface MosquittoFolder extends MosquittoOptions {
  /** What devices and the control plane call the broker. */
  readonly names: ServerOrder['names'];
  /** URLs under which the control plane and devices reach it. */
  readonly controlPlaneUrl: string;
  readonly deviceUrl: string;
}

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
const FOLDER_MODE = 0o755;
const BACKDATED_MS = 86_400_000;
const VALID_MS = 365 * 86_400_000;

export async function writeMosquittoFolder(
  at: MosquittoFolder,
  authority: OpenAuthority,
  refused: readonly RefusedCertificate[],
  nowMs: number,
): Promise<void> {
  await mkdir(at.folder, { recursive: true, mode: FOLDER_MODE });
  const path = (name: keyof typeof MOSQUITTO_FILES) => join(at.folder, MOSQUITTO_FILES[name]);
  const write = (name: keyof typeof MOSQUITTO_FILES, text: string, mode = PUBLIC_MODE) =>
    writeFileDurably(path(name), text, mode);
  const notAfterMs = nowMs + VALID_MS;

  const server = await openKeyPair(path('serverKey'));
  const order = { publicKey: server.publicKey, names: at.names, notBeforeMs: nowMs - BACKDATED_MS, notAfterMs };
  await write('serverCertificate', await authority.issueServer(order));
  const client = await openKeyPair(path('controlPlaneKey'));
  const ownCertificate = { name: CONTROL_PLANE_NAME, nowMs, notAfterMs };
  await write('controlPlaneCertificate', await makeClientCertificate(client, ownCertificate));
  await write('authority', authority.acceptedPem);
  await mkdir(dirname(path('revoked')), { recursive: true, mode: FOLDER_MODE });
  await write('clients', authority.acceptedPem);
  await write('revoked', await makeRevocationList(authority, refused, nowMs));
  await write('rules', mosquittoAccessRules(), PRIVATE_MODE);
  const settings = {
    url: at.controlPlaneUrl,
    deviceUrl: at.deviceUrl,
    caFile: MOSQUITTO_FILES.authority,
    certFile: MOSQUITTO_FILES.controlPlaneCertificate,
    keyFile: MOSQUITTO_FILES.controlPlaneKey,
    denyList: {
      clientsFile: MOSQUITTO_FILES.clients,
      revokedFile: MOSQUITTO_FILES.revoked,
      pidFile: MOSQUITTO_FILES.pid,
    },
  };
  await write('settings', `${JSON.stringify(settings, null, 2)}\n`, PRIVATE_MODE);
  // Last: who waits for this file finds the others.
  await write('configuration', mosquittoConfiguration(at));
}
