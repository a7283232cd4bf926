import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { userView } from './views/user-view.ts';

export const listUsers: UseCase<'listUsers'> = async ({ store }, { tenant }) => {
  const [users, sessions] = await Promise.all([store.users.list(tenant), store.sessions.countByUser(tenant)]);
  return succeed({ items: users.map((user) => userView(user, sessions.get(user.name) ?? 0)) });
};
