import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { ApiEnv } from './env.ts';
import { problemAnswer } from './problem.ts';

function answerOf(headers?: Record<string, string>, early?: string): Promise<Response> {
  const app = new Hono<ApiEnv>();
  app.get('/', (c) => {
    if (early !== undefined) c.header('retry-after', early);
    return problemAnswer(c, [{ code: 'rate_limited', message: 'x' }], headers);
  });
  return Promise.resolve(app.request('/'));
}

it('whoever is told to slow down is told for how long', async () => {
  const bare = await answerOf();
  expect([bare.status, Number(bare.headers.get('retry-after')) > 0]).toEqual([429, true]);
  expect((await answerOf({ 'retry-after': '17' })).headers.get('retry-after')).toBe('17');
  expect((await answerOf(undefined, '18')).headers.get('retry-after')).toBe('18');
});
