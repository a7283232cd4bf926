import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** The bytes of a release as they were published, by their digest. Code: not_found. */
export async function releaseContent(context: AppContext, tenant: string, digest: string): Promise<Outcome<string>> {
  const record = await context.store.releases.findByDigest(tenant, digest);
  return record ? succeed(record.content) : refuse('not_found', `there is no release ${digest}`);
}
