import { succeed } from '@wherry/protocol';
import { refuseOutsiders } from './tenants/refuse-outsiders.ts';
import type { UseCase } from './use-cases.ts';

export const listTenants: UseCase<'listTenants'> = async ({ store }, caller) =>
  refuseOutsiders(caller) ?? succeed({ items: await store.tenants.list() });
