import { pageQuery, succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { claimTokenView } from './views/claim-token-view.ts';

export const listClaimTokens: UseCase<'listClaimTokens'> = async ({ store }, { tenant }, { query }) => {
  const { items, nextCursor } = await store.claimTokens.list(tenant, pageQuery.parse(query ?? {}));
  return succeed({ items: items.map(claimTokenView), nextCursor });
};
