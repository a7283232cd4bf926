import { listReleases as operation, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { releaseViews } from './views/release-view.ts';

export const listReleases: UseCase<'listReleases'> = async ({ store }, { tenant }, input) => {
  const { app, cursor, limit } = operation.query.parse(input.query ?? {});
  const { items, nextCursor } = await store.releases.list(tenant, { app }, { cursor, limit });
  return succeed({ items: await releaseViews(store, tenant, items), nextCursor });
};
