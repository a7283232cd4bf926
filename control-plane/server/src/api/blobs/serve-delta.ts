import type { Context } from 'hono';
import { findDelta } from '../../app/deltas.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { answerBytes } from './answer-bytes.ts';

/** The way from one blob to another, both of which the tenant may read; a device that gets none takes the blob itself. */
export async function serveDelta(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  tenant: string,
  base: string,
  digest: string,
): Promise<Response> {
  const { deltas } = deps.context;
  const sizeBytes = await findDelta(deps.context, tenant, base, digest);
  if (sizeBytes === null || deltas === undefined)
    return problemAnswer(c, [{ code: 'not_found', message: 'There is no delta: take the blob itself.' }]);
  return answerBytes(c, {
    etag: `"${base}-${digest}"`,
    type: 'application/zstd',
    sizeBytes,
    read: (start, end) => deltas.read(base, digest, start, end),
  });
}
