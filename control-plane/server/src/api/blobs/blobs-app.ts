import { API_ROOT, DIGEST_PATTERN, LIMITS } from '@wherry/protocol';
import { Hono } from 'hono';
import { putBlob } from '../../app/blobs.ts';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { requireAccess } from '../auth/require-access.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { serveBlob } from './serve-blob.ts';

/** The publisher's side of blobs: is it there, and here it is. An upload is streamed to disk and kept only if its digest is right. */
export function blobsApp(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const path = `${API_ROOT}/blobs/:digest`;
  let uploads = 0;

  app.get(path, requireAccess(deps, { role: 'viewer', scope: 'releases:read' }), (c) =>
    c.req.method === 'HEAD'
      ? serveBlob(c, deps, c.get('caller').tenant, c.req.param('digest'))
      : problemAnswer(c, [
          { code: 'not_found', message: 'Operators ask with HEAD whether a blob is here; devices read it.' },
        ]),
  );

  app.put(path, requireAccess(deps, { role: 'publisher', scope: 'releases:write' }), async (c) => {
    const digest = c.req.param('digest');
    if (!DIGEST_PATTERN.test(digest))
      return problemAnswer(c, [
        { code: 'invalid_query', message: 'Write the digest as sha256: and 64 lower-case hex digits.' },
      ]);
    if (Number(c.req.header('content-length') ?? 0) > LIMITS.imageArchiveBytes)
      return problemAnswer(c, [
        { code: 'payload_too_large', message: `A blob has at most ${LIMITS.imageArchiveBytes} bytes.` },
      ]);
    if (uploads >= SERVER_LIMITS.uploads)
      return problemAnswer(c, [
        { code: 'rate_limited', message: 'Too many uploads are under way. Try again in a moment.' },
      ]);
    uploads += 1;
    try {
      const body = c.req.raw.body ?? new Blob([]).stream();
      const stored = await putBlob(deps.context, c.get('caller'), digest, body as AsyncIterable<Uint8Array>);
      return stored.ok ? c.json({ digest, sizeBytes: stored.value }, 201) : problemAnswer(c, stored.problems);
    } finally {
      uploads -= 1;
    }
  });
  return app;
}
