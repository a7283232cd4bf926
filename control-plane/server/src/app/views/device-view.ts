import type { Device, WorkloadStatus } from '@wherry/protocol';
import type { DeviceRecord } from '../../storage/port/devices.ts';
import type { Repositories } from '../../storage/port.ts';

export async function deviceViews(
  repositories: Repositories,
  tenant: string,
  records: readonly DeviceRecord[],
): Promise<Device[]> {
  const workloads = await repositories.workloads.list(
    tenant,
    records.map(({ device }) => device),
  );
  return records.map((record) => deviceView(record, workloads.get(record.device) ?? []));
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
