import { refuse, succeed } from '@wherry/protocol';
import { newestPublisher } from './trust/read-repository.ts';
import type { UseCase } from './use-cases.ts';

export const getTrustPublisher: UseCase<'getTrustPublisher'> = async ({ store }, { tenant }, { params }) => {
  const found = await newestPublisher(store, tenant, params.app);
  return found ? succeed(found) : refuse('not_found', `nobody has signed a release of ${params.app} yet`);
};
