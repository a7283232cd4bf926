import { succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import { findSecret } from './find-secret.ts';
import { makeStale } from './set-secret.ts';
import { transact } from './transact.ts';
import type { UseCase } from './use-cases.ts';

/** The row stays, so that the versions go on growing; everything that was sealed goes. */
export const removeSecret: UseCase<'removeSecret'> = async (context, caller, { params }) =>
  await transact(context, caller.tenant, async (work) => {
    const { tenant } = caller;
    const { app, name } = params;
    const found = await findSecret(work.repositories, tenant, app, name);
    if (!found.ok) return found;
    const holders = await work.repositories.secrets.holders(tenant, app, name);
    await work.repositories.secrets.forget(tenant, app, name);
    await work.repositories.secrets.save(tenant, { ...found.value, isRemoved: true });
    await makeStale(
      work,
      app,
      holders.map(({ device }) => device),
    );
    await audit(work, caller, 'remove_secret', `${app}/${name}`, { version: found.value.version });
    return succeed(undefined);
  });
