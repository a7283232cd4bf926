import { createMiddleware } from 'hono/factory';
import { authenticateDevice } from '../../app/authenticate-device.ts';
import { authenticateCertificate } from '../../app/identity/authenticate-certificate.ts';
import { type Identity, parseIdentity } from '../../broker/identity.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { clientAddress } from './client-address.ts';
import { readBearer, tooManyFailures, unauthenticated } from './refusals.ts';
import { shownCertificate, tlsSocketOf } from './shown-certificate.ts';

/**
 * Lets a request on only as a device: on listeners with TLS by its certificate and nothing else, on plain ones by its secret,
 * `Authorization: Bearer {tenant}/{device}:{secret}`.
 */
export function requireDevice(deps: ApiDeps) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const socket = tlsSocketOf(c);
    if (socket !== null) {
      const shown = shownCertificate(socket, deps.context);
      if (shown === null) return problemAnswer(c, [NO_CERTIFICATE]);
      const isIn = await authenticateCertificate(deps.context, shown);
      if (!isIn.ok) return problemAnswer(c, isIn.problems);
      c.set('identity', parseIdentity(`${shown.tenant}/${shown.device}`) as Identity);
      await next();
      return;
    }
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

export const NO_CERTIFICATE = {
  code: 'certificate_needed',
  message: 'Over TLS a device is its certificate: show the one that it got when it was claimed.',
} as const;
