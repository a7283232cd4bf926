import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { TrustFile } from '../storage/port/trust-metadata.ts';
import type { AppContext } from './context.ts';

const VERSIONED = /^([1-9]\d{0,15})\.([a-z0-9][a-z0-9_.-]{0,159})\.json$/;

/** A file of the tenant's repository by its name there: `timestamp.json`, or `N.{role}.json`. Code: not_found. */
export async function tufFile({ store }: AppContext, tenant: string, name: string): Promise<Outcome<TrustFile>> {
  const [, version = '', role = ''] = VERSIONED.exec(name) ?? [];
  const file =
    name === 'timestamp.json'
      ? await store.trustMetadata.newest(tenant, 'timestamp')
      : role === '' || role === 'timestamp'
        ? null
        : await store.trustMetadata.find(tenant, role, Number(version));
  return file ? succeed(file) : refuse('not_found', `there is no metadata file ${name.slice(0, 200)}`);
}
