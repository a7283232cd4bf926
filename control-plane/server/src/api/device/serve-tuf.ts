import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { tufFile } from '../../app/tuf-file.ts';
import { isTagKnown } from '../blobs/range.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';

/** A metadata file. One with a version in its name never changes; `timestamp.json` is asked for anew each time. */
export async function serveTuf(c: Context<ApiEnv>, deps: ApiDeps, tenant: string, name: string): Promise<Response> {
  const file = await tufFile(deps.context, tenant, name);
  if (!file.ok) return problemAnswer(c, file.problems);
  const { content } = file.value;
  const headers = {
    etag: `"${createHash('sha256').update(content).digest('hex')}"`,
    'cache-control': name === 'timestamp.json' ? 'private, no-cache' : 'private, max-age=31536000, immutable',
    'content-type': 'application/json',
  };
  if (isTagKnown(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, headers);
  return c.body(content, 200, headers);
}
