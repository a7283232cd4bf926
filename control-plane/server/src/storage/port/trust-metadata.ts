export interface TrustFile {
  readonly role: string;
  readonly version: number;
  /** The bytes that are served, as text. */
  readonly content: string;
  readonly expiresAtMs: number;
}

export interface TrustMetadataRepository {
  /** False when that version of the role is there already. What is added is the newest of its role. */
  add(tenant: string, file: TrustFile, nowMs: number): Promise<boolean>;
  find(tenant: string, role: string, version: number): Promise<TrustFile | null>;
  newest(tenant: string, role: string): Promise<TrustFile | null>;
  /** The newest of each role. */
  all(tenant: string): Promise<TrustFile[]>;
  /** Tenants of which the newest file of the role expires before then. */
  expiring(role: string, beforeMs: number): Promise<string[]>;
  /** Superseded files but roots, which devices follow one by one. */
  prune(createdBeforeMs: number): Promise<number>;
}
