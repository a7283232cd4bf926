import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';

export const getPublishPolicy: UseCase<'getPublishPolicy'> = async ({ store }, { tenant }) =>
  succeed(await store.publishPolicies.get(tenant));
