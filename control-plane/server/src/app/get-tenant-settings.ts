import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const getTenantSettings: UseCase<'getTenantSettings'> = async ({ store }, { tenant }) =>
  succeed(await store.tenants.settings(tenant));
