import { Hono } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** For whoever watches the process: it lives; it can do its work; its figures. No secrets, so no sign-in; keep it off the internet. */
export function healthApp(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = { store: await isWritable(deps), broker: deps.isBrokerListening() };
    const isReady = Object.values(checks).every(Boolean);
    return c.json({ status: isReady ? 'ready' : 'not_ready', checks }, isReady ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await deps.metrics.registry.metrics(), 200, { 'content-type': deps.metrics.registry.contentType }),
  );
  return app;
}

/** A write that is taken back: what proves that the next promise can be kept, without leaving a trace. */
async function isWritable({ context }: ApiDeps): Promise<boolean> {
  const takenBack = new Error('taken back');
  try {
    await context.store.transaction(async ({ settings }) => {
      await settings.keep(`readiness-${context.newId()}`, '');
      throw takenBack;
    });
  } catch (error) {
    return error === takenBack || (error as Error).cause === takenBack;
  }
  return false;
}
