import type { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import type { ApiEnv } from '../env.ts';

/** The description of the API at `/openapi.json`, made from the routes themselves. */
export function openApiApp(operations: OpenAPIHono<ApiEnv>): Hono<ApiEnv> {
  const document = describe(operations);
  const app = new Hono<ApiEnv>();
  app.get('/openapi.json', (c) => c.json(document));
  return app;
}

function describe(operations: OpenAPIHono<ApiEnv>): object {
  return operations.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Wherry control plane',
      version: '1',
      description:
        'The API of operators, publishers and the dashboard. Errors are RFC 9457 problem documents with a closed code.',
    },
  });
}
