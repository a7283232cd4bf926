import { createMiddleware } from 'hono/factory';
import { authenticateDevice } from '../../app/authenticate-device.ts';
import { parseIdentity } from '../../broker/identity.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { clientAddress } from './client-address.ts';
import { readBearer, tooManyFailures, unauthenticated } from './require-role.ts';

/** Lets a request on only with a device's credentials: `Authorization: Bearer {tenant}/{device}:{secret}`. */
export function requireDevice(deps: ApiDeps) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const bearer = readBearer(c);
    const colon = bearer?.indexOf(':') ?? -1;
    const identity = colon > 0 ? parseIdentity(bearer?.slice(0, colon)) : null;
    if (!bearer || !identity)
      return unauthenticated(c, 'Send the device\'s credentials as "Authorization: Bearer tenant/device:secret".');
    const key = `${clientAddress(c, deps)} ${identity.name}`;
    const waitMs = deps.throttle.deviceFailures.waitMs(key, deps.context.clock.nowMs());
    if (waitMs > 0) return tooManyFailures(c, waitMs);
    const secret = bearer.slice(colon + 1);
    if (!(await authenticateDevice(deps.context, identity.tenant, identity.device, secret))) {
      deps.throttle.deviceFailures.count(key, deps.context.clock.nowMs());
      return unauthenticated(c, 'The device is not known, was removed, or its secret is wrong. Claim it again.');
    }
    c.set('identity', identity);
    await next();
    return;
  });
}
