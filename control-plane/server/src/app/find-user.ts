import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { UserRecord } from '../storage/port/users.ts';
import type { Work } from './transact.ts';

export async function findUser({ repositories, tenant }: Work, name: string): Promise<Outcome<UserRecord>> {
  const user = await repositories.users.find(tenant, name);
  return user ? succeed(user) : refuse('not_found', `There is no user ${name}.`);
}
