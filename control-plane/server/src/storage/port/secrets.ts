import type { AppName, Digest, KeyId, SealedSecret } from '@wherry/protocol';

/** A secret of an app. A removed one keeps its row, so that its versions go on growing. */
export interface SecretRecord {
  readonly app: AppName;
  readonly name: string;
  readonly version: number;
  readonly selector: string;
  readonly setBy: string;
  readonly setAtMs: number;
  readonly isRemoved: boolean;
}

/** What one device can open. */
export interface SealedRecord {
  readonly device: string;
  readonly app: AppName;
  readonly name: string;
  readonly version: number;
  readonly digest: Digest;
  readonly sealed: SealedSecret;
  readonly atMs: number;
}

export type SealedBrief = Omit<SealedRecord, 'sealed'> & { readonly key: KeyId };

export interface SecretRepository {
  /** Also a removed one. */
  find(tenant: string, app: string, name: string): Promise<SecretRecord | null>;
  /** None that was removed; by app and name. */
  list(tenant: string, app?: string): Promise<SecretRecord[]>;
  save(tenant: string, record: SecretRecord): Promise<void>;
  /** Each replaces what its device had under the name. */
  seal(tenant: string, records: readonly SealedRecord[]): Promise<void>;
  holders(tenant: string, app: string, name: string): Promise<SealedBrief[]>;
  ofDevices(tenant: string, devices: readonly string[]): Promise<SealedBrief[]>;
  /** Of this device only. */
  sealed(tenant: string, device: string, digest: string): Promise<SealedSecret | null>;
  /** Replaces what was kept under the name for the key of each. */
  keep(tenant: string, app: string, name: string, version: number, sealed: readonly SealedSecret[]): Promise<void>;
  custody(
    tenant: string,
    app: string,
    name: string,
    key: string,
  ): Promise<{ readonly version: number; readonly sealed: SealedSecret } | null>;
  /** Everything that is sealed under the name. */
  forget(tenant: string, app: string, name: string): Promise<void>;
}
