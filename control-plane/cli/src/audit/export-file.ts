import { type AuditEntry, type AuditExport, auditEntry, auditExport } from '@wherry/protocol';
import { z } from 'zod';
import { jsonOf } from '../json-of.ts';

/**
 * A log as a file: lines of JSON, oldest entry first. The first line says whose it is, who signs it and where it begins; the last one
 * is its signed end, so that a file that was cut off shows it.
 */
const begin = auditExport.pick({ tenant: true, signer: true, checkpoint: true }).extend({ wherryAudit: z.literal(1) });
const end = auditExport.pick({ head: true });

export type ExportBegin = z.infer<typeof begin>;
export type ExportEnd = z.infer<typeof end>;

export function beginLine({
  tenant,
  signer,
  checkpoint,
}: Pick<AuditExport, 'tenant' | 'signer' | 'checkpoint'>): string {
  return `${JSON.stringify({ wherryAudit: 1, tenant, signer, checkpoint } satisfies ExportBegin)}\n`;
}
export function entryLine(entry: AuditEntry): string {
  return `${JSON.stringify(entry)}\n`;
}
export function endLine({ head }: Pick<AuditExport, 'head'>): string {
  return `${JSON.stringify({ head } satisfies ExportEnd)}\n`;
}

/** Null: it is no such line. */
export const readBegin = reader(begin);
export const readEntry = reader(auditEntry);
export const readEnd = reader(end);

function reader<T extends z.ZodType>(schema: T): (line: string) => z.infer<T> | null {
  return (line) => schema.safeParse(jsonOf(line)).data ?? null;
}
