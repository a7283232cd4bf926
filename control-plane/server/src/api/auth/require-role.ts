import { ROLES, type Role } from '@wherry/protocol';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemAnswer } from '../problem.ts';
import { clientAddress } from './client-address.ts';
import { isForged } from './same-origin.ts';
import { readSessionCookie } from './session-cookie.ts';

/** Lets a request on only with an operator token of at least this role, from the header or the session cookie. */
export function requireRole(deps: ApiDeps, role: Role) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const bearer = readBearer(c);
    const token = bearer ?? readSessionCookie(c);
    if (token === undefined)
      return unauthenticated(c, 'Sign in, or send an operator token as "Authorization: Bearer …".');
    const address = clientAddress(c, deps);
    const waitMs = deps.throttle.operatorFailures.waitMs(address, deps.context.clock.nowMs());
    if (waitMs > 0) return tooManyFailures(c, waitMs);
    const caller = await authenticateOperator(deps.context, token);
    if (!caller) {
      deps.throttle.operatorFailures.count(address, deps.context.clock.nowMs());
      return unauthenticated(c, 'The operator token is not known, was revoked, or has expired. Sign in with another.');
    }
    if (bearer === undefined && isForged(c.req.method, c.req.raw.headers, c.req.url))
      return problemAnswer(c, [
        { code: 'forbidden', message: 'A session cookie changes things only from pages of this control plane.' },
      ]);
    if (ROLES.indexOf(caller.role) < ROLES.indexOf(role))
      return problemAnswer(c, [
        { code: 'forbidden', message: `This needs the role ${role}; this token has the role ${caller.role}.` },
      ]);
    c.set('caller', caller);
    c.set('callerToken', token);
    await next();
    return;
  });
}

export function readBearer(c: Context<ApiEnv>): string | undefined {
  const header = c.req.header('authorization');
  return header?.match(/^Bearer ([^\s]{1,1024})$/i)?.[1];
}

export function unauthenticated(c: Context<ApiEnv>, message: string): Response {
  return problemAnswer(c, [{ code: 'unauthenticated', message }], { 'www-authenticate': 'Bearer realm="wherry"' });
}

export function tooManyFailures(c: Context<ApiEnv>, waitMs: number): Response {
  const seconds = Math.ceil(waitMs / 1000);
  return problemAnswer(c, [{ code: 'rate_limited', message: `Too many failed attempts. Try again in ${seconds} s.` }], {
    'retry-after': String(seconds),
  });
}
