/** What is known of the identities of devices, in the form of tables.ts. */
export interface IdentityTables {
  device_certificate: {
    serial: string;
    tenant: string;
    device: string;
    key_hash: string;
    pem: string;
    authority: string | null;
    issued_at_ms: number;
    expires_at_ms: number;
    revoked_at_ms: number | null;
  };
  device_standing: {
    tenant: string;
    device: string;
    boot: string | null;
    former_boots_json: string;
    quarantined_at_ms: number | null;
    /** Sessions begun before must end. */
    ended_at_ms: number | null;
    renewal_key_hash: string | null;
    renewal_asked_at_ms: number | null;
    renewal_approved_at_ms: number | null;
  };
}
