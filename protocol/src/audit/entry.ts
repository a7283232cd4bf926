import { z } from 'zod';
import { canonicalBytes } from '../canonical.ts';
import { tenantId } from '../names.ts';

/**
 * The audit log of a tenant is a chain: each entry is numbered from 1 and holds the hash of the one before, so that none can be
 * changed, taken out or put in without its successors showing it. Where the chain ends is signed with every entry, and where it
 * begins is signed when old entries are given up. docs/operating/audit.md says what that is worth against whom.
 */
export const auditHash = z.string().regex(/^[0-9a-f]{64}$/);

export const auditEntry = z
  .object({
    /** Number in the tenant's chain. */
    id: z.int(),
    atMs: z.int(),
    operator: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
    /** Hash of the entry before; of the first one, AUDIT_BEGINNING. */
    previous: auditHash,
    /** SHA-256 of all of the above and the tenant, as canonical JSON. */
    hash: auditHash,
  })
  .meta({ id: 'AuditEntry' });

/** A place in a chain. As a signed head: here it ends. As a signed checkpoint: what is up to here was given up by retention. */
export const auditPoint = z.strictObject({ tenant: tenantId, id: z.int().min(0), hash: auditHash, atMs: z.int() });

export type AuditEntry = z.infer<typeof auditEntry>;
export type AuditPoint = z.infer<typeof auditPoint>;

export const AUDIT_BEGINNING = '0'.repeat(64);
/** Written into the chain by the control plane itself, when the end that it was to write on was not the one that it had signed. */
export const AUDIT_HEAD_DISTRUSTED = 'audit_head_distrusted';

/** What is hashed: the hash says which tenant and which place it was made for. */
export function auditBytes(tenant: string, entry: Omit<AuditEntry, 'hash'>): Uint8Array {
  const { id, atMs, operator, action, subject, detail, previous } = entry;
  return canonicalBytes({ tenant, id, atMs, operator, action, subject, detail, previous });
}
