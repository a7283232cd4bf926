import type { DeploymentRecord } from '@wherry/agent/core';
import type { OutboxRow } from '@wherry/agent/drain';
import type { DesiredState } from '@wherry/protocol';

/** The one app of every device. */
export const APP = 'thermostat';

export interface Running {
  readonly release: string;
  readonly ticket: number;
  readonly variantAt: number;
}

/** What a device keeps when its power goes. */
export interface Disk {
  record: DeploymentRecord | null;
  accepted: Document | null;
  /** Release → highest attempt that failed here. */
  readonly quarantine: Map<string, number>;
  readonly releases: Set<string>;
  readonly blobs: Set<string>;
  /** Every release that an accepted desired state has named. */
  readonly wanted: Set<string>;
  outbox: OutboxRow[];
  signedTimeMs: number;
}

/** A desired state on its way; `digest` stands for the hash of its bytes. */
export interface Document {
  readonly state: DesiredState;
  readonly digest: string;
}

export function emptyDisk(): Disk {
  return {
    record: null,
    accepted: null,
    quarantine: new Map(),
    releases: new Set(),
    blobs: new Set(),
    wanted: new Set(),
    outbox: [],
    signedTimeMs: 0,
  };
}
