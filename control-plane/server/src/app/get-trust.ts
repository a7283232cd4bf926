import { succeed } from '@wherry/protocol';
import { trustStateOf } from './trust/read-repository.ts';
import type { UseCase } from './use-cases.ts';

export const getTrust: UseCase<'getTrust'> = async (context, { tenant }) =>
  succeed(await trustStateOf(context, context.store, tenant));
