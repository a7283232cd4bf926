import { LIMITS, type Outcome } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import type { Caller } from './use-cases.ts';

/**
 * Takes an upload and notes whose it is: the same bytes may be of several tenants, and each must have had them itself.
 * Codes: digest_mismatch, payload_too_large. Value: size in bytes.
 */
export async function putBlob(
  context: AppContext,
  caller: Caller,
  digest: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Outcome<number>> {
  const stored = await context.blobs.put(digest, body, LIMITS.imageArchiveBytes);
  if (stored.ok) await context.store.blobs.add(caller.tenant, digest, stored.value, context.clock.nowMs());
  return stored;
}

/** Size in bytes of a blob that the tenant may read, by operators and devices alike; null when there is none. */
export async function findBlob(context: AppContext, tenant: string, digest: string): Promise<number | null> {
  if ((await context.store.blobs.find(tenant, digest)) === null) return null;
  return await context.blobs.has(digest);
}
