import {
  listTrustRoots as operation,
  type RootDocument,
  rootDocument,
  succeed,
  TRUST_ROOTS_MAX,
} from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const listTrustRoots: UseCase<'listTrustRoots'> = async ({ store }, { tenant }, { query }) => {
  const { after } = operation.query.parse(query ?? {});
  const items: RootDocument[] = [];
  for (let version = after + 1; items.length < TRUST_ROOTS_MAX; version += 1) {
    const file = await store.trustMetadata.find(tenant, 'root', version);
    if (!file) break;
    items.push(rootDocument.parse(JSON.parse(file.content)));
  }
  return succeed({ items });
};
