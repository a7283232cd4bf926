import { succeed } from '@wherry/protocol';
import { verifyLog } from './audit/verify-log.ts';
import type { UseCase } from './use-cases.ts';

export const verifyAudit: UseCase<'verifyAudit'> = async (context, { tenant }) =>
  succeed(await verifyLog(context, tenant));
