import { succeed } from '@wherry/protocol';
import type { UseCase } from './use-cases.ts';
import { operatorView } from './views/operator-view.ts';

export const listOperatorTokens: UseCase<'listOperatorTokens'> = async ({ store }, { tenant }) =>
  succeed({ items: (await store.operators.list(tenant)).map(operatorView) });
