import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../env.ts';
import { PAGE_POLICY } from '../security-headers.ts';

/** The built dashboard. Any path that is not a file is a page of it, which the dashboard's own router shows. */
const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Wherry</title></head>
<body>
<h1>Wherry control plane</h1>
<p>The dashboard is not built. Build it with <code>npm run build -w @wherry/dashboard</code> and load this page again.</p>
<p>The API is described at <a href="/docs">/docs</a>.</p>
</body>
</html>
`;
const IMMUTABLE = 'public, max-age=31536000, immutable';

export function dashboardApp(dashboardDir: string): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const index = join(dashboardDir, 'index.html');
  app.use(async (c, next) => {
    await next();
    c.res.headers.set('content-security-policy', PAGE_POLICY);
    // Vite names these by their content.
    c.res.headers.set('cache-control', c.req.path.startsWith('/assets/') ? IMMUTABLE : 'no-cache');
  });
  const files: MiddlewareHandler<ApiEnv> = (c, next) => serveStatic<ApiEnv>({ root: dashboardDir })(c, next);
  const page: MiddlewareHandler<ApiEnv> = (c, next) =>
    serveStatic<ApiEnv>({ root: dashboardDir, path: 'index.html' })(c, next);
  app.get('*', (c, next) => (existsSync(index) ? files(c, next) : Promise.resolve(c.html(NOT_BUILT))));
  app.get('*', (c, next) => (c.req.path.startsWith('/assets/') ? Promise.resolve(c.notFound()) : page(c, next)));
  return app;
}
