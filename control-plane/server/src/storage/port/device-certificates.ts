/** What was issued to a device. Kept until it has been expired for so long that it opens nothing any more. */
export interface CertificateRecord {
  /** Lower-case hex. */
  readonly serial: string;
  readonly tenant: string;
  readonly device: string;
  /** SHA-256 of the public key (SPKI DER), hex. */
  readonly keyHash: string;
  readonly pem: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface CertificateRepository {
  add(record: CertificateRecord): Promise<void>;
  find(tenant: string, device: string, serial: string): Promise<CertificateRecord | null>;
  /** The newest for this key that was not revoked. */
  findByKey(tenant: string, device: string, keyHash: string): Promise<CertificateRecord | null>;
  /** The newest of each. */
  newest(tenant: string, devices: readonly string[]): Promise<Map<string, CertificateRecord>>;
  /** All of the device; returns how many were good until now. */
  revokeAll(tenant: string, device: string, atMs: number): Promise<number>;
  /** Those that were taken back and have not expired. Of every tenant. */
  revoked(nowMs: number): Promise<{ readonly serial: string; readonly atMs: number }[]>;
  /** Removes what expired before, at most `limit` rows; returns how many. Of every tenant. */
  prune(expiredBeforeMs: number, limit: number): Promise<number>;
}
