import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const listPublisherKeys: UseCase<'listPublisherKeys'> = async ({ store }, { tenant }) =>
  succeed({ items: await store.publisherKeys.list(tenant) });
