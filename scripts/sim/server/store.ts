import type { DesiredWorkload, Digest, RolloutId, Version, WorkloadStatus } from '@wherry/protocol';
import type { Member, RolloutHeader } from '@wherry/server/domain';
import type { Document } from '../device/disk.ts';

/** The one store of all server processes: rows that are replaced and never changed, so that a compare-and-swap compares rows. */
export interface Assignment {
  readonly release: Digest | null;
  readonly version: Version | null;
  readonly releaseCounter: number;
  readonly attempt: number;
  readonly rollout: RolloutId;
  readonly isRollback: boolean;
  readonly terms?: Terms | undefined;
}

/** Labels that devices have. */
export const RINGS = 3;

/** When a device may activate and download. */
export type Terms = Pick<DesiredWorkload, 'window' | 'download'>;

export interface DeviceRow {
  readonly name: string;
  /** Its one label. */
  readonly ring: number;
  readonly isOnline: boolean;
  /** Null while it is online, and before it was ever heard. */
  readonly offlineSinceMs: number | null;
  readonly desiredGeneration: number;
  readonly reportedGeneration: number | null;
  readonly assignment: Assignment | null;
  readonly document: Document | null;
  /** When the desired state is sent again; null once its generation was reported. */
  readonly sendAtMs: number | null;
  readonly tries: number;
  readonly reported: Reported | null;
}

export interface Reported {
  readonly status: WorkloadStatus | null;
  readonly boot: string;
  readonly seq: number;
}

export interface RolloutRow {
  readonly id: RolloutId;
  readonly release: Digest;
  readonly version: Version;
  readonly releaseCounter: number;
  readonly isRollback: boolean;
  /** Devices with this label; null: all. */
  readonly ring: number | null;
  readonly terms: Terms;
  readonly header: RolloutHeader;
  /** Where each device goes instead of to `release`: what a revert brings back. */
  readonly targets: ReadonlyMap<string, Assignment | null>;
  /** What each device had before. */
  readonly previous: ReadonlyMap<string, Assignment | null>;
  /** In order of assignment. */
  readonly order: readonly string[];
}

/** Numbers of one start of a device that are stored. */
export class Received {
  upTo = 0;
  readonly #ahead = new Set<number>();

  has(seq: number): boolean {
    return seq <= this.upTo || this.#ahead.has(seq);
  }

  note(firstSeq: number, seq: number): void {
    for (let one = firstSeq; one <= seq; one += 1) if (one > this.upTo) this.#ahead.add(one);
    while (this.#ahead.delete(this.upTo + 1)) this.upTo += 1;
  }
}

export class Store {
  readonly devices = new Map<string, DeviceRow>();
  readonly rollouts = new Map<string, RolloutRow>();
  readonly members = new Map<string, Map<string, Member>>();
  readonly #received = new Map<string, Map<string, Received>>();

  received(device: string, boot: string): Received {
    const boots = this.#received.get(device) ?? new Map<string, Received>();
    this.#received.set(device, boots);
    const found = boots.get(boot) ?? new Received();
    boots.set(boot, found);
    return found;
  }

  member(rollout: string, device: string): Member | undefined {
    return this.members.get(rollout)?.get(device);
  }
}
