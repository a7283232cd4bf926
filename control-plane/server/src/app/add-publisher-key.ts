import { refuse, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { keyIdOf, readPublicKey } from './keys.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

export const addPublisherKey: UseCase<'addPublisherKey'> = async (context, caller, { body }) => {
  const read = readPublicKey(body.key, '/key');
  if (!read.ok) return read;
  return await transact(context, caller.tenant, async (work) => {
    const key = { id: keyIdOf(body.key), name: body.name, key: body.key, createdAtMs: work.nowMs };
    if (!(await work.repositories.publisherKeys.add(caller.tenant, key)))
      return refuse('already_exists', `the key ${key.id} is accepted already`, { path: '/key' });
    await audit(work, caller, 'add_publisher_key', key.id, { name: key.name });
    return succeed(key);
  });
};
