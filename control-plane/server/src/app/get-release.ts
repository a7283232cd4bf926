import { refuse, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { releaseViews } from './views/release-view.ts';

export const getRelease: UseCase<'getRelease'> = async ({ store }, { tenant }, { params }) => {
  const record = await store.releases.find(tenant, params.app, params.version);
  const [view] = record ? await releaseViews(store, tenant, [record]) : [];
  return view ? succeed(view) : refuse('not_found', `there is no release ${params.app} ${params.version}`);
};
