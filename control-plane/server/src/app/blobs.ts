import { LIMITS, type Outcome, succeed } from '@wherry/protocol';
import { audit } from './audit.ts';
import type { AppContext } from './context.ts';
import { transact } from './transact.ts';
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
  if (!stored.ok) return stored;
  const sizeBytes = stored.value;
  return await transact(context, caller.tenant, async (work) => {
    const isNew = await work.repositories.blobs.add(caller.tenant, digest, sizeBytes, work.nowMs);
    if (isNew) await audit(work, caller, 'upload_blob', digest, { sizeBytes });
    return succeed(sizeBytes);
  });
}

/** Size in bytes of a blob that the tenant may read, by operators and devices alike; null when there is none. */
export async function findBlob(context: AppContext, tenant: string, digest: string): Promise<number | null> {
  if ((await context.store.blobs.find(tenant, digest)) === null) return null;
  return await context.blobs.has(digest);
}
