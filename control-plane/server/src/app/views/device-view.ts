import type { Device, DeviceIdentity, WorkloadStatus } from '@wherry/protocol';
import type { CertificateRecord } from '../../storage/port/device-certificates.ts';
import type { DeviceStanding } from '../../storage/port/device-standings.ts';
import type { DeviceRecord } from '../../storage/port/devices.ts';
import type { Repositories } from '../../storage/port.ts';

export async function deviceViews(
  repositories: Repositories,
  tenant: string,
  records: readonly DeviceRecord[],
): Promise<Device[]> {
  const names = records.map(({ device }) => device);
  const workloads = await repositories.workloads.list(tenant, names);
  const certificates = await repositories.certificates.newest(tenant, names);
  const standings = await repositories.standings.findMany(tenant, names);
  return records.map((record) => {
    const identity = identityView(certificates.get(record.device), standings.get(record.device));
    return { ...deviceView(record, workloads.get(record.device) ?? []), ...(identity && { identity }) };
  });
}

function identityView(certificate?: CertificateRecord, standing?: DeviceStanding): DeviceIdentity | null {
  const renewal = standing?.renewal?.approvedAtMs === null ? standing.renewal : null;
  const clonedAtMs = standing?.quarantinedAtMs ?? null;
  if (!certificate && clonedAtMs === null && renewal === null) return null;
  const { serial, expiresAtMs, revokedAtMs } = certificate ?? {};
  return {
    certificate:
      serial === undefined || expiresAtMs === undefined
        ? null
        : { serial, expiresAtMs, isRevoked: revokedAtMs !== null },
    attention: clonedAtMs !== null ? 'cloned' : renewal ? 'renewal' : null,
    sinceMs: clonedAtMs ?? renewal?.askedAtMs ?? null,
  };
}

function deviceView(record: DeviceRecord, workloads: WorkloadStatus[]): Device {
  const { device, target, labels, seenAtMs, claimedAtMs, desiredGeneration, reportedGeneration, inventory, host } =
    record;
  return {
    device,
    target,
    labels,
    online: record.isOnline,
    seenAtMs,
    claimedAtMs,
    desiredGeneration,
    reportedGeneration,
    inventory,
    workloads,
    host,
  };
}
