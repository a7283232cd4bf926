import { listTenants } from '@wherry/protocol';
import { type Context, Hono } from 'hono';
import { refuseOutsiders } from '../../app/tenants/refuse-outsiders.ts';
import type { FleetGrouping } from '../../metrics/fleet-figures.ts';
import { readBearer } from '../auth/refusals.ts';
import { requireAccess } from '../auth/require-access.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';

/** For whoever watches the process: it lives; it can do its work; its figures. No secrets, so no sign-in; keep it off the internet. */
export function healthApp(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = { store: await isWritable(deps), broker: deps.isBrokerListening() };
    const isReady = Object.values(checks).every(Boolean);
    return c.json({ status: isReady ? 'ready' : 'not_ready', checks }, isReady ? 200 : 503);
  });
  const figures = async (c: Context<ApiEnv>, grouping: FleetGrouping) =>
    c.body(await deps.metrics.text(grouping), 200, { 'content-type': deps.metrics.contentType });
  app.get('/metrics', async (c, next) => (readBearer(c) === undefined ? await figures(c, 'in_all') : await next()));
  // Who sends a token wants to see each tenant: one that may not is told so.
  app.get('/metrics', requireAccess(deps, listTenants), async (c) => {
    const refused = refuseOutsiders(c.get('caller'));
    return refused && !refused.ok ? problemAnswer(c, refused.problems) : await figures(c, 'by_tenant');
  });
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
