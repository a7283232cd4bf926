import type { Context } from 'hono';
import { findBlob } from '../../app/blobs.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { isRangeCurrent, isTagKnown, readRange } from './range.ts';

/** The bytes of a blob that the tenant may read, whole or in part. A blob never changes, so its digest is its tag. */
export async function serveBlob(c: Context<ApiEnv>, deps: ApiDeps, tenant: string, digest: string): Promise<Response> {
  const sizeBytes = await findBlob(deps.context, tenant, digest);
  if (sizeBytes === null) return problemAnswer(c, [{ code: 'not_found', message: 'There is no such blob.' }]);
  const etag = `"${digest}"`;
  const headers = {
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
  };
  if (isTagKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'content-length': String(sizeBytes) });
  const range = isRangeCurrent(c.req.header('if-range'), etag)
    ? readRange(c.req.header('range'), sizeBytes)
    : ({ kind: 'whole' } as const);
  if (range.kind === 'unsatisfiable') return c.body(null, 416, { ...headers, 'content-range': `bytes */${sizeBytes}` });
  if (range.kind === 'whole')
    return c.body(deps.context.blobs.read(digest, 0, sizeBytes), 200, {
      ...headers,
      'content-length': String(sizeBytes),
    });
  return c.body(deps.context.blobs.read(digest, range.start, range.end), 206, {
    ...headers,
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${sizeBytes}`,
  });
}
