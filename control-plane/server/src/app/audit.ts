import type { Work } from './transact.ts';
import type { Caller } from './use-cases.ts';

/** C3: written in the transaction of the change itself, so that there is none without the other. */
export async function audit(
  work: Work,
  caller: Caller,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await work.repositories.audit.append(work.tenant, {
    atMs: work.nowMs,
    operator: caller.operator,
    action,
    subject,
    detail,
  });
}
