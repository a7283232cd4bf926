import { createHash } from 'node:crypto';
import {
  AUDIT_BEGINNING,
  AUDIT_HEAD_DISTRUSTED,
  type AuditEntry,
  type AuditPoint,
  auditBytes,
  type TenantId,
} from '@wherry/protocol';
import type { AuditHead } from '../../storage/port/audit.ts';
import { LostRace, type Work } from '../transact.ts';

export type AuditDeed = Pick<AuditEntry, 'operator' | 'action' | 'subject' | 'detail'>;
type Scribe = Pick<Work, 'context' | 'repositories' | 'nowMs'>;

/** Who is named where the control plane itself writes. */
export const CONTROL_PLANE = 'control plane';

/**
 * Writes the next entry of a tenant's chain and signs where the chain ends now. It is written behind the end that was signed; where that
 * is not what is here, somebody else wrote to the database, and the log says so for good before it goes on.
 */
export async function appendAudit(scribe: Scribe, tenant: string, deed: AuditDeed): Promise<AuditEntry> {
  const { audit } = scribe.repositories;
  const head = await audit.head(tenant);
  const last = await audit.last(tenant);
  if (isTrusted(scribe, tenant, head, last)) return await write(scribe, tenant, deed, last, head);
  const detail = { head: head && { id: head.id, hash: head.hash }, last: last && { id: last.id, hash: last.hash } };
  const told = { operator: CONTROL_PLANE, action: AUDIT_HEAD_DISTRUSTED, subject: 'audit', detail };
  const behind = await write(scribe, tenant, told, last, head);
  return await write(scribe, tenant, deed, behind, await audit.head(tenant));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The signed head of a tenant; null when its signature is missing, does not hold or is of something else. */
export function openHead(
  { context }: Pick<Scribe, 'context'>,
  tenant: string,
  head: AuditHead | null,
): AuditPoint | null {
  const point = head?.sealed ? context.auditSigner.open('head', head.sealed) : null;
  return point?.tenant === tenant ? point : null;
}

function isTrusted(scribe: Scribe, tenant: string, head: AuditHead | null, last: AuditEntry | null): boolean {
  if (head === null) return last === null;
  const point = openHead(scribe, tenant, head);
  return point !== null && last !== null && point.id === last.id && point.hash === last.hash && head.id === last.id;
}

async function write(
  { context, repositories, nowMs }: Scribe,
  tenant: string,
  { operator, action, subject, detail }: AuditDeed,
  last: AuditEntry | null,
  head: AuditHead | null,
): Promise<AuditEntry> {
  const entry = {
    id: (last?.id ?? 0) + 1,
    atMs: nowMs,
    ...{ operator, action, subject },
    // As it is read back: what JSON leaves out is not hashed.
    detail: JSON.parse(JSON.stringify(detail)) as AuditEntry['detail'],
    previous: last?.hash ?? AUDIT_BEGINNING,
  };
  const hash = sha256(auditBytes(tenant, entry));
  const written = { ...entry, hash };
  const sealed = context.auditSigner.seal('head', { tenant: tenant as TenantId, id: entry.id, hash, atMs: nowMs });
  if (!(await repositories.audit.append(tenant, written, sealed, head))) throw new LostRace(`audit log of ${tenant}`);
  return written;
}
