import type { AppName, Digest, Envelope, RolloutId, Version } from '@wherry/protocol';
import type { ActivationTerms } from './rollouts.ts';

/** What one device should run of one app. `release` null: the app was taken away; the row keeps the attempt counting. */
export interface Assignment {
  readonly device: string;
  readonly app: AppName;
  readonly release: Digest | null;
  readonly version: Version | null;
  readonly releaseCounter: number;
  readonly config: Record<string, string>;
  readonly attempt: number;
  readonly rollout: RolloutId | null;
  readonly isRollback: boolean;
  /** When to activate and download; nothing said when absent. */
  readonly terms?: ActivationTerms | undefined;
}

/** The signed document, as it is served. */
export interface DesiredDocument {
  readonly device: string;
  readonly generation: number;
  readonly envelope: Envelope;
  readonly expiresAtMs: number;
}

/** A document that its device has not confirmed. */
export interface PendingDesired extends DesiredDocument {
  readonly tenant: string;
  readonly dueAtMs: number;
  readonly tries: number;
}

export interface DesiredRepository {
  assignments(tenant: string, devices: readonly string[]): Promise<Assignment[]>;
  /** Devices with their assignment of one app. */
  assignmentsOf(tenant: string, app: string): Promise<Assignment[]>;
  assign(tenant: string, assignments: readonly Assignment[]): Promise<void>;
  document(tenant: string, device: string): Promise<DesiredDocument | null>;
  /** Stores documents, raises the devices' desired generation, and puts each in the outbox, due now. */
  save(tenant: string, documents: readonly DesiredDocument[], dueAtMs: number): Promise<void>;
  /** Documents in the outbox whose time has come, oldest first, of every tenant; with `holder` only of devices that it holds. */
  due(nowMs: number, limit: number, holder?: string): Promise<PendingDesired[]>;
  /** Takes one for sending until `nextAtMs`; false when another process took it first. */
  lease(pending: PendingDesired, nextAtMs: number): Promise<boolean>;
  /** The same for many at once; returns those that were taken, in their order. */
  leaseAll(pending: readonly PendingDesired[], nextAtMs: number): Promise<PendingDesired[]>;
  /** Makes the pending documents of devices due, for example because they connected. */
  hasten(tenant: string, devices: string | readonly string[], atMs: number): Promise<void>;
  /** Empties the outbox of what devices reported to have read. */
  confirm(tenant: string, confirmed: readonly { device: string; generation: number }[]): Promise<void>;
  /** Documents that expire before the time, of every tenant. */
  expiring(beforeMs: number, limit: number): Promise<{ tenant: string; device: string }[]>;
  removeDevice(tenant: string, device: string): Promise<void>;
}
