import { mayCall, type Need } from '@wherry/protocol';
import { createMiddleware } from 'hono/factory';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import { forbidden } from '../../app/forbidden.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { clientAddress } from './client-address.ts';
import { readBearer, tooMany, tooManyFailures, unauthenticated } from './refusals.ts';
import { isForged } from './same-origin.ts';
import { readSessionCookie } from './session-cookie.ts';

/**
 * Lets a request on only with what it needs: an operator token or a session, from the header, or a session from the cookie. Tokens and
 * sessions are 256 random bits, so guessing is hopeless and nobody's right one is ever refused for the wrong ones of others.
 */
export function requireAccess(deps: ApiDeps, need: Need) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const bearer = readBearer(c);
    const text = bearer ?? readSessionCookie(c, deps);
    if (text === undefined)
      return unauthenticated(c, 'Sign in, or send an operator token as "Authorization: Bearer …".');
    const nowMs = deps.context.clock.nowMs();
    const signedIn = await authenticateOperator(deps.context, text);
    if (!signedIn) {
      const waitMs = deps.throttle.countFailure(clientAddress(c, deps), nowMs);
      if (waitMs > 0) return tooManyFailures(c, waitMs);
      return unauthenticated(
        c,
        'The operator token or session is not known, was ended, or has expired. Sign in again.',
      );
    }
    if (bearer === undefined && isForged(c.req.method, c.req.raw.headers, c.req.url))
      return problemAnswer(c, [
        { code: 'forbidden', message: 'A session cookie changes things only from pages of this control plane.' },
      ]);
    const { caller } = signedIn;
    const { requests } = deps.throttle;
    const busyMs = requests.waitMs(`${caller.tenant} ${caller.principal}`, nowMs);
    if (busyMs > 0) return tooMany(c, busyMs, 'Too many requests.');
    requests.count(`${caller.tenant} ${caller.principal}`, nowMs);
    if (!mayCall(caller, need)) {
      const refusal = forbidden(caller, need);
      return problemAnswer(c, refusal.ok ? [] : refusal.problems);
    }
    c.set('caller', caller);
    c.set('signedIn', signedIn);
    c.set('callerToken', text);
    await next();
    return;
  });
}
