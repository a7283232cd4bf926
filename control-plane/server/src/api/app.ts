import { API_ROOT, DEVICE_ROOT } from '@wherry/protocol';
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { oidcApp } from './auth/oidc-app.ts';
import { blobsApp } from './blobs/blobs-app.ts';
import { deviceApp } from './device/device-app.ts';
import type { ApiDeps, ApiEnv } from './env.ts';
import { operationsApp } from './operations/mount.ts';
import { openApiApp } from './operations/openapi.ts';
import { dashboardApp } from './pages/dashboard-app.ts';
import { healthApp } from './pages/health-app.ts';
import { referenceApp } from './pages/reference-app.ts';
import { securityTxtApp } from './pages/security-txt-app.ts';
import { errorAnswer, problemAnswer } from './problem.ts';
import { securityHeaders } from './security-headers.ts';
import { streamApp } from './stream/stream-app.ts';

/** All of HTTP: one sub-app for each concern, and what is the same for all of them. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(requestId({ limitLength: 64 }));
  app.use(securityHeaders);
  app.use(async (c, next) => {
    const startedAtMs = performance.now();
    await next();
    const route = c.res.status === 404 ? 'none' : routePath(c);
    deps.metrics.requestServed(c.req.method, route, c.res.status, (performance.now() - startedAtMs) / 1000);
  });
  app.onError((error, c) => {
    const answer = errorAnswer(c, error);
    if (answer.status >= 500)
      deps.context.log.error({ err: error, requestId: c.get('requestId'), path: c.req.path }, 'answer a request');
    return answer;
  });
  app.notFound((c) =>
    problemAnswer(c, [{ code: 'not_found', message: `There is nothing at ${c.req.path}. See /docs.` }]),
  );

  const operations = operationsApp(deps);
  app.route('/', healthApp(deps));
  app.route('/', securityTxtApp(deps));
  app.route('/', streamApp(deps));
  app.route('/', blobsApp(deps));
  app.route('/', deviceApp(deps));
  app.route('/', oidcApp(deps));
  app.route('/', operations);
  app.route('/', openApiApp(operations));
  app.route('/', referenceApp());
  app.all(`${API_ROOT}/*`, (c) => c.notFound());
  app.all(`${DEVICE_ROOT}/*`, (c) => c.notFound());
  app.route('/', dashboardApp(deps.dashboardDir));
  return app;
}
