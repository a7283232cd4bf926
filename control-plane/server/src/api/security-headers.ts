import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './env.ts';

/** Policy of answers that are data: nothing in them may be run or shown in a frame. Pages set their own. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  // The dashboard and the API reference set styles on elements; scripts never come inline.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  const { headers } = c.res;
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-frame-options', 'DENY');
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-resource-policy', 'same-origin');
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', DATA_POLICY);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
});
