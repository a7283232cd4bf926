import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceId, Labels, TargetName, TenantId } from '@wherry/protocol';
import { writeDesired } from './app/desired/write-desired.ts';
import { newDevice } from './app/identity/new-device.ts';
import { hashSecret } from './app/secrets.ts';
import { openKeyPair } from './ca/key-pair.ts';
import { openAuthority } from './ca/open-authority.ts';
import { openDirector } from './director/open-director.ts';
import type { CertificateRecord } from './storage/port/device-certificates.ts';
import { openSqliteStore } from './storage/sqlite/open-sqlite-store.ts';

/**
 * Devices written into the data folder of a server that does not run: what as many claims would have left there, in a few large
 * transactions. For fleets whose keys and secrets were made elsewhere, such as those of a benchmark.
 */
export interface ProvisionedDevice {
  readonly device: string;
  readonly target: string;
  readonly arch: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly secret: string;
  /** SPKI DER, base64. */
  readonly reportKey: string;
}

const DEVICES_PER_COMMIT = 500;
const TENANT = 'default' as TenantId;

export async function provisionDevices(dataDir: string, devices: readonly ProvisionedDevice[]): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore(join(dataDir, 'wherry.db'));
  const context = { director: await openDirector(dataDir) };
  const nowMs = Date.now();
  for (let at = 0; at < devices.length; at += DEVICES_PER_COMMIT) {
    const some = devices.slice(at, at + DEVICES_PER_COMMIT);
    await store.transaction(async (repositories) => {
      for (const one of some)
        if (!(await repositories.devices.add(recordOf(one, nowMs))))
          throw new Error(`provision ${one.device}: the name is or was in use`);
      const stale = new Set(some.map(({ device }) => device));
      await writeDesired({ context, tenant: TENANT, nowMs, repositories, stale });
    });
  }
  await store.close();
}

/** What such devices show in TLS handshakes; all of them have the same key, as no real ones would. PEM. */
export interface ProvisionedCertificates {
  readonly caPem: string;
  readonly keyPem: string;
  /** By device. */
  readonly certPems: ReadonlyMap<string, string>;
}

const CERTIFICATE_LIFE_MS = 86_400_000;
const BACKDATED_MS = 3_600_000;

/** For devices that were provisioned. The authority is made if there is none yet. */
export async function provisionCertificates(
  dataDir: string,
  devices: readonly string[],
): Promise<ProvisionedCertificates> {
  const nowMs = Date.now();
  const authority = await openAuthority(dataDir, nowMs);
  const key = await openKeyPair(join(dataDir, 'provisioned-key.pem'));
  const order = {
    publicKey: key.publicKey,
    notBeforeMs: nowMs - BACKDATED_MS,
    notAfterMs: nowMs + CERTIFICATE_LIFE_MS,
  };
  const keyHash = createHash('sha256').update(key.publicKey).digest('hex');
  const certPems = new Map<string, string>();
  const store = await openSqliteStore(join(dataDir, 'wherry.db'));
  for (let at = 0; at < devices.length; at += DEVICES_PER_COMMIT) {
    const records: CertificateRecord[] = [];
    for (const device of devices.slice(at, at + DEVICES_PER_COMMIT)) {
      const {
        serial,
        pem,
        authority: of,
      } = await authority.issueDevice({ tenant: TENANT, device: device as DeviceId, ...order });
      certPems.set(device, pem);
      const times = { issuedAtMs: order.notBeforeMs, expiresAtMs: order.notAfterMs, revokedAtMs: null };
      records.push({ serial, tenant: TENANT, device, keyHash, pem, authority: of, ...times });
    }
    await store.transaction(async ({ certificates }) => {
      for (const record of records) await certificates.add(record);
    });
  }
  await store.close();
  return { caPem: authority.certificatePem, keyPem: key.privatePem, certPems };
}

function recordOf(one: ProvisionedDevice, nowMs: number) {
  return newDevice({
    tenant: TENANT,
    device: one.device as DeviceId,
    target: one.target as TargetName,
    arch: one.arch,
    labels: one.labels as Labels,
    secretHash: hashSecret(one.secret),
    reportKey: one.reportKey,
    claimedAtMs: nowMs,
  });
}
