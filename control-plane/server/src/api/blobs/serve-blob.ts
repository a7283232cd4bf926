import type { Context } from 'hono';
import { findBlob } from '../../app/blobs.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { answerBytes } from './answer-bytes.ts';

/** The bytes of a blob that the tenant may read, whole or in part. A blob never changes, so its digest is its tag. */
export async function serveBlob(c: Context<ApiEnv>, deps: ApiDeps, tenant: string, digest: string): Promise<Response> {
  const sizeBytes = await findBlob(deps.context, tenant, digest);
  if (sizeBytes === null) return problemAnswer(c, [{ code: 'not_found', message: 'There is no such blob.' }]);
  return answerBytes(c, {
    etag: `"${digest}"`,
    type: 'application/octet-stream',
    sizeBytes,
    read: (start, end) => deps.context.blobs.read(digest, start, end),
  });
}
