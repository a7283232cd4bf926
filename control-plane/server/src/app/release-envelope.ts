import { type Envelope, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** A release as it was published, by the digest of its payload. Code: not_found. */
export async function releaseEnvelope(context: AppContext, tenant: string, digest: string): Promise<Outcome<Envelope>> {
  const record = await context.store.releases.findByDigest(tenant, digest);
  return record ? succeed(record.envelope) : refuse('not_found', `there is no release ${digest}`);
}
