import type { UserRecord } from '../../storage/port/users.ts';
import type { AppContext } from '../context.ts';

/** The user whose password this is; null takes as long, whether the user, the password or both are wrong. */
export async function checkPassword(
  { store, passwords }: AppContext,
  tenant: string,
  name: string,
  password: string,
): Promise<UserRecord | null> {
  const user = await store.users.find(tenant, name);
  const verdict = await passwords.check(password, user?.passwordHash ?? null);
  if (!user || verdict === 'wrong') return null;
  if (verdict === 'right_but_cheap') await store.users.setPasswordHash(tenant, name, await passwords.hash(password));
  return user;
}
