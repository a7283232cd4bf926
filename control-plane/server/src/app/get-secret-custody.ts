import { refuse, succeed } from '@wherry/protocol';
import { findSecret } from './find-secret.ts';
import type { UseCase } from './use-cases.ts';

export const getSecretCustody: UseCase<'getSecretCustody'> = async ({ store }, { tenant }, { params }) => {
  const { app, name, key } = params;
  const found = await findSecret(store, tenant, app, name);
  if (!found.ok) return found;
  const { version, selector } = found.value;
  const kept = await store.secrets.custody(tenant, app, name, key);
  if (kept?.version === version) return succeed({ version, selector, sealed: kept.sealed });
  return refuse('not_found', `version ${version} of ${name} was not sealed to this key: give its value again`);
};
