import {
  API_ROOT,
  type DeviceId,
  deviceId,
  hasScope,
  PATHS,
  rolloutId,
  type Scope,
  type StreamChange,
  type TenantId,
} from '@wherry/protocol';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import { openDeviceLog } from '../../app/open-device-log.ts';
import { SERVER_LIMITS } from '../../config/limits.ts';
import { requireAccess } from '../auth/require-access.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemsOf } from '../operations/issues.ts';
import { problemAnswer } from '../problem.ts';
import { eventStream } from './event-stream.ts';
import { LogWatch } from './log-watch.ts';

/** Which scope lets a token hear of what. A table by type: a new type without its row does not compile. */
const SCOPE_OF_CHANGE: { readonly [T in StreamChange['type']]: Scope } = {
  device: 'devices:read',
  usage: 'devices:read',
  event: 'devices:read',
  result: 'devices:read',
  log: 'devices:read',
  rollout: 'rollouts:read',
  member: 'rollouts:read',
  release: 'releases:read',
};
const narrowing = z.object({ device: deviceId.optional(), rollout: rolloutId.optional() });

/** Changes as they happen: `/stream`, and the log of one device, which is asked for while the stream is open. */
export function streamApp(deps: ApiDeps): Hono<ApiEnv> {
  const { context } = deps;
  const logs = new LogWatch(context);
  const open = new Map<string, number>();
  const app = new Hono<ApiEnv>();

  app.get(PATHS.stream, requireAccess(deps, { role: 'viewer', scope: 'none' }), (c) => {
    const query = narrowing.safeParse(c.req.query());
    if (!query.success) return problemAnswer(c, problemsOf('query', query.error.issues));
    const { device, rollout } = query.data;
    const caller = c.get('caller');
    const isWanted = (change: StreamChange) =>
      change.type !== 'log' &&
      hasScope(caller, SCOPE_OF_CHANGE[change.type]) &&
      (device === undefined || ('device' in change && change.device === device)) &&
      (rollout === undefined || ('rollout' in change && change.rollout === rollout));
    return stream(c, isWanted, () => () => {});
  });

  app.get(
    `${API_ROOT}/devices/:device/logs`,
    requireAccess(deps, { role: 'viewer', scope: 'devices:read' }),
    async (c) => {
      const device = deviceId.safeParse(c.req.param('device'));
      const caller = c.get('caller');
      const { tenant } = caller;
      if (!device.success) return problemAnswer(c, [{ code: 'not_found', message: 'There is no such device.' }]);
      if (isFull(tenant)) return tooManyStreams(c);
      const opened = await openDeviceLog(context, caller, device.data);
      if (!opened.ok) return problemAnswer(c, opened.problems);
      return stream(
        c,
        (change) => change.type === 'log' && change.device === device.data,
        () => logs.watch(tenant as TenantId, device.data as DeviceId),
      );
    },
  );
  return app;

  function isFull(tenant: string): boolean {
    return (open.get(tenant) ?? 0) >= SERVER_LIMITS.streamsPerTenant;
  }

  function stream(c: Context<ApiEnv>, isWanted: (change: StreamChange) => boolean, begin: () => () => void): Response {
    const { tenant } = c.get('caller');
    const token = c.get('callerToken');
    if (isFull(tenant)) return tooManyStreams(c);
    open.set(tenant, (open.get(tenant) ?? 0) + 1);
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

function tooManyStreams(c: Context<ApiEnv>): Response {
  return problemAnswer(c, [{ code: 'rate_limited', message: 'Too many streams are open. Close one and try again.' }]);
}
