import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { SecretRecord } from '../storage/port/secrets.ts';
import type { Repositories } from '../storage/port.ts';

/** Code: not_found, also for one of another tenant, and for one that was removed. */
export async function findSecret(
  { secrets }: Repositories,
  tenant: string,
  app: string,
  name: string,
): Promise<Outcome<SecretRecord>> {
  const record = await secrets.find(tenant, app, name);
  if (record && !record.isRemoved) return succeed(record);
  return refuse('not_found', `${app} has no secret ${name}; list secrets to see the names`);
}
