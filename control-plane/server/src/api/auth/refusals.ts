import type { Context } from 'hono';
import type { ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';

/** What requests without the right credentials are answered, and where those are read. */
export function readBearer(c: Context<ApiEnv>): string | undefined {
  const header = c.req.header('authorization');
  return header?.match(/^Bearer ([^\s]{1,1024})$/i)?.[1];
}

export function unauthenticated(c: Context<ApiEnv>, message: string): Response {
  return problemAnswer(c, [{ code: 'unauthenticated', message }], { 'www-authenticate': 'Bearer realm="wherry"' });
}

export function tooManyFailures(c: Context<ApiEnv>, waitMs: number): Response {
  return tooMany(c, waitMs, 'Too many failed attempts.');
}

export function tooMany(c: Context<ApiEnv>, waitMs: number, what: string): Response {
  const seconds = Math.ceil(waitMs / 1000);
  return problemAnswer(c, [{ code: 'rate_limited', message: `${what} Try again in ${seconds} s.` }], {
    'retry-after': String(seconds),
  });
}
