import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { secretViews } from './views/secret-view.ts';

export const listSecrets: UseCase<'listSecrets'> = async ({ store }, { tenant }, { query }) =>
  succeed({ items: await secretViews(store, tenant, await store.secrets.list(tenant, query?.app)) });
