import { z } from 'zod';
import { AUDIT_FINDINGS } from '../audit/chain.ts';
import { auditEntry, auditHash } from '../audit/entry.ts';
import { envelope } from '../envelope.ts';
import { LIMITS } from '../limits.ts';
import { tenantId } from '../names.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery } from './page.ts';

/** The audit log: what operators changed, as a chain that anybody can check (../audit/). */
const base = { tag: 'audit', role: 'viewer', scope: 'audit:read', method: 'get', status: 200 } as const;

export const listAudit = operation({
  ...base,
  id: 'listAudit',
  path: '/audit',
  summary: 'What operators changed, newest first',
  query: pageQuery,
  response: pageOf(auditEntry),
});

/** Who signs where a log ends and begins. */
const signer = z.object({ keyId: z.string(), /** SPKI DER, base64. */ publicKey: z.string() });

export const auditExport = z
  .object({
    tenant: tenantId,
    signer,
    /** Signed: entries up to here were given up by retention. Null when the log is whole. */
    checkpoint: envelope.nullable(),
    /** Oldest first, each one after the one before. */
    items: z.array(auditEntry),
    /** Signed: here the log ends. Absent while there are more entries to read. */
    head: envelope.nullable(),
    hasMore: z.boolean(),
  })
  .meta({ id: 'AuditExport' });

export const exportAudit = operation({
  ...base,
  id: 'exportAudit',
  path: '/audit/export',
  summary: 'The log as it is kept, oldest first, with the signatures over its beginning and its end',
  query: z.object({
    /** Entries behind this number. */
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(LIMITS.pageSizeMax).default(LIMITS.pageSizeMax),
  }),
  response: auditExport,
});

export const auditVerification = z
  .object({
    tenant: tenantId,
    isIntact: z.boolean(),
    entries: z.int(),
    /** The first entry that is kept; null when there is none. */
    firstId: z.int().nullable(),
    /** Where the log ends. Write it down elsewhere: whoever has the database and the key can end it earlier, but not keep this hash. */
    head: z.object({ id: z.int(), hash: auditHash, atMs: z.int() }).nullable(),
    signer,
    findings: z.array(
      z.object({ kind: z.enum(AUDIT_FINDINGS), id: z.int(), throughId: z.int(), sentence: z.string() }),
    ),
    /** All that were found; `findings` names the first ones. */
    findingCount: z.int(),
    atMs: z.int(),
    tookMs: z.number(),
  })
  .meta({ id: 'AuditVerification' });

export const verifyAudit = operation({
  ...base,
  id: 'verifyAudit',
  path: '/audit/verification',
  summary: 'Follows the whole log from its beginning to its signed end, and names what was changed, removed or put in',
  response: auditVerification,
});

export type AuditExport = z.infer<typeof auditExport>;
export type AuditVerification = z.infer<typeof auditVerification>;
