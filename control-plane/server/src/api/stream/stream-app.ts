import {
  API_ROOT,
  type DeviceId,
  deviceId,
  PATHS,
  rolloutId,
  type StreamChange,
  type TenantId,
} from '@wherry/protocol';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { requireRole } from '../auth/require-role.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemsOf } from '../operations/issues.ts';
import { problemAnswer } from '../problem.ts';
import { eventStream } from './event-stream.ts';
import { LogWatch } from './log-watch.ts';

/** Changes as they happen: `/stream`, and the log of one device, which is asked for while the stream is open. */
const narrowing = z.object({ device: deviceId.optional(), rollout: rolloutId.optional() });

export function streamApp(deps: ApiDeps): Hono<ApiEnv> {
  const { context } = deps;
  const logs = new LogWatch(context);
  const open = new Map<string, number>();
  const app = new Hono<ApiEnv>();

  app.get(PATHS.stream, requireRole(deps, 'viewer'), (c) => {
    const query = narrowing.safeParse(c.req.query());
    if (!query.success) return problemAnswer(c, problemsOf('query', query.error.issues));
    const { device, rollout } = query.data;
    const isWanted = (change: StreamChange) =>
      change.type !== 'log' &&
      (device === undefined || ('device' in change && change.device === device)) &&
      (rollout === undefined || ('rollout' in change && change.rollout === rollout));
    return stream(c, isWanted, () => () => {});
  });

  app.get(`${API_ROOT}/devices/:device/logs`, requireRole(deps, 'viewer'), async (c) => {
    const device = deviceId.safeParse(c.req.param('device'));
    const { tenant } = c.get('caller');
    const isKnown = device.success && (await context.store.devices.find(tenant, device.data)) !== null;
    if (!isKnown) return problemAnswer(c, [{ code: 'not_found', message: 'There is no such device.' }]);
    return stream(
      c,
      (change) => change.type === 'log' && change.device === device.data,
      () => logs.watch(tenant as TenantId, device.data as DeviceId),
    );
  });
  return app;

  function stream(c: Context<ApiEnv>, isWanted: (change: StreamChange) => boolean, begin: () => () => void): Response {
    const { tenant } = c.get('caller');
    const token = c.get('callerToken');
    const count = open.get(tenant) ?? 0;
    if (count >= SERVER_LIMITS.streamsPerTenant)
      return problemAnswer(c, [
        { code: 'rate_limited', message: 'Too many streams are open. Close one and try again.' },
      ]);
    open.set(tenant, count + 1);
    return eventStream({
      listen(send) {
        const stopListening = context.changes.listen(tenant, (change) => {
          if (isWanted(change)) send(change.type, change);
        });
        const stop = begin();
        return () => {
          stopListening();
          stop();
        };
      },
      isAllowed: async () => (await authenticateOperator(context, token)) !== null,
      onSlow: deps.metrics.streamDropped,
      onEnd: () => open.set(tenant, (open.get(tenant) ?? 1) - 1),
    });
  }
}
