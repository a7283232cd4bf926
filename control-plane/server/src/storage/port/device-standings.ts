/** What is known of a device's identity beside its keys: its starts, and what an operator must decide about. */
export interface DeviceStanding {
  readonly device: string;
  /** The start that is under way, as its births told; null before the first. */
  readonly boot: string | null;
  /** Starts that are over, newest first. */
  readonly formerBoots: readonly string[];
  /** Set aside: two machines have this identity. */
  readonly quarantinedAtMs: number | null;
  /** What asked for a certificate with an expired one, and whether an operator allowed it. */
  readonly renewal: RenewalRequest | null;
}

export interface RenewalRequest {
  /** SHA-256 of the public key (SPKI DER), hex. */
  readonly keyHash: string;
  readonly askedAtMs: number;
  readonly approvedAtMs: number | null;
}

export interface DeviceOfTenant {
  readonly tenant: string;
  readonly device: string;
}

export interface DeviceStandingRepository {
  /** Those that have one. */
  findMany(tenant: string, devices: readonly string[]): Promise<Map<string, DeviceStanding>>;
  /** Names of devices that were set aside, or that ask for a certificate which nobody has allowed yet; none that was removed. */
  undecided(tenant: string, limit: number): Promise<string[]>;
  setBoots(tenant: string, device: string, boot: string | null, formerBoots: readonly string[]): Promise<void>;
  setQuarantine(tenant: string, device: string, atMs: number | null): Promise<void>;
  setRenewal(tenant: string, device: string, renewal: RenewalRequest | null): Promise<void>;
  /** The sessions of these devices, of any tenant, that were begun before now must end. */
  endSessions(devices: readonly DeviceOfTenant[], atMs: number): Promise<void>;
  /** Devices of every tenant whose sessions had to end since, by name; of those behind `after`, if given, the first ones. */
  ended(sinceMs: number, limit: number, after?: DeviceOfTenant): Promise<DeviceOfTenant[]>;
}
