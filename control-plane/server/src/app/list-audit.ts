import { pageQuery, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const listAudit: UseCase<'listAudit'> = async ({ store }, { tenant }, { query }) =>
  succeed(await store.audit.list(tenant, pageQuery.parse(query ?? {})));
