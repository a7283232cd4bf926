import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** Releases that the key signed stay published; devices decide by their own keys. */
export const removePublisherKey: UseCase<'removePublisherKey'> = async (context, caller, { params }) =>
  await transact(context, caller.tenant, async (work) => {
    if (!(await work.repositories.publisherKeys.remove(caller.tenant, params.id)))
      return refuse('not_found', `there is no publisher key ${params.id}`);
    await audit(work, caller, 'remove_publisher_key', params.id);
    return succeed(undefined);
  });
