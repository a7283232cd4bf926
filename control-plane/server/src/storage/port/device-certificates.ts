/** What was issued to a device. Kept until it has been expired for so long that it opens nothing any more. */
export interface CertificateRecord {
  /** Lower-case hex. */
  readonly serial: string;
  readonly tenant: string;
  readonly device: string;
  /** SHA-256 of the public key (SPKI DER), hex. */
  readonly keyHash: string;
  /** Fingerprint of the authority that it is of; null: of the first one. */
  readonly authority: string | null;
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
  /** Of every device, of every tenant; returns whose they were. */
  revokeEvery(atMs: number): Promise<{ readonly tenant: string; readonly device: string }[]>;
  /** How many devices have their newest certificate of which authority, by whether they were heard since. Of every tenant. */
  holders(
    sinceMs: number,
  ): Promise<{ readonly authority: string | null; readonly heard: number; readonly silent: number }[]>;
  /** Those that open nothing though they have not expired: taken back, or of a device that is set aside. Of every tenant. */
  refused(nowMs: number): Promise<{ readonly serial: string; readonly atMs: number }[]>;
  /** Removes what expired before, at most `limit` rows; returns how many. Of every tenant. */
  prune(expiredBeforeMs: number, limit: number): Promise<number>;
}
