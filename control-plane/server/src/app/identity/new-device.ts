import type { DeviceRecord } from '../../storage/port/devices.ts';

/** What is known of a device when it is claimed. */
export type ClaimedDevice = Pick<
  DeviceRecord,
  'tenant' | 'device' | 'target' | 'arch' | 'labels' | 'secretHash' | 'reportKey' | 'claimedAtMs'
>;

/** A device that has said nothing yet, and is to run nothing. */
export function newDevice(claimed: ClaimedDevice): DeviceRecord {
  return {
    ...claimed,
    seenAtMs: null,
    isOnline: false,
    desiredGeneration: 0,
    reportedGeneration: null,
    inventory: null,
    host: null,
    removedAtMs: null,
  };
}
