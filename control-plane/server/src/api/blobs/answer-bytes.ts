import type { Context } from 'hono';
import type { ApiEnv } from '../env.ts';
import { isRangeCurrent, isTagKnown, readRange } from './range.ts';

/** Bytes that never change under their name, so that the name is their tag. */
export interface NamedBytes {
  readonly etag: string;
  readonly type: string;
  readonly sizeBytes: number;
  /** `end` is exclusive. */
  read(start: number, end: number): ReadableStream<Uint8Array>;
}

/** Answers with the whole or a part, as the request asks. */
export function answerBytes(c: Context<ApiEnv>, { etag, type, sizeBytes, read }: NamedBytes): Response {
  const headers = {
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'content-type': type,
  };
  if (isTagKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'content-length': String(sizeBytes) });
  const range = isRangeCurrent(c.req.header('if-range'), etag)
    ? readRange(c.req.header('range'), sizeBytes)
    : ({ kind: 'whole' } as const);
  if (range.kind === 'unsatisfiable') return c.body(null, 416, { ...headers, 'content-range': `bytes */${sizeBytes}` });
  if (range.kind === 'whole')
    return c.body(read(0, sizeBytes), 200, { ...headers, 'content-length': String(sizeBytes) });
  return c.body(read(range.start, range.end), 206, {
    ...headers,
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${sizeBytes}`,
  });
}
