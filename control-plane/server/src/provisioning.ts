import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceId, Labels, TargetName, TenantId } from '@wherry/protocol';
import { writeDesired } from './app/desired/write-desired.ts';
import { hashSecret } from './app/secrets.ts';
import { openDirector } from './director/open-director.ts';
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

function recordOf(one: ProvisionedDevice, nowMs: number) {
  return {
    tenant: TENANT,
    device: one.device as DeviceId,
    target: one.target as TargetName,
    arch: one.arch,
    labels: one.labels as Labels,
    secretHash: hashSecret(one.secret),
    reportKey: one.reportKey,
    claimedAtMs: nowMs,
    seenAtMs: null,
    isOnline: false,
    desiredGeneration: 0,
    reportedGeneration: null,
    inventory: null,
    host: null,
    removedAtMs: null,
  };
}
