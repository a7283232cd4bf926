import { appendAudit } from './audit/append-audit.ts';
import type { Work } from './transact.ts';
import type { Caller } from './use-cases.ts';

/** C3: written in the transaction of the change itself, so that there is none without the other. */
export async function audit(
  work: Work,
  caller: Pick<Caller, 'operator'>,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await appendAudit(work, work.tenant, { operator: caller.operator, action, subject, detail });
}
