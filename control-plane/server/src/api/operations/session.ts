import type { closeSession, getSession, OperationOutput, Outcome, openSession } from '@wherry/protocol';
import { refuse, succeed } from '@wherry/protocol';
import type { Context } from 'hono';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import { clientAddress } from '../auth/client-address.ts';
import { isSameOrigin } from '../auth/same-origin.ts';
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../auth/session-cookie.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** The operations of a browser's session: what they do is a cookie, so they are the edge's own. */
export interface EdgeOperations {
  openSession(c: Context<ApiEnv>, token: string): Promise<Outcome<OperationOutput<typeof openSession>>>;
  getSession(c: Context<ApiEnv>): Promise<Outcome<OperationOutput<typeof getSession>>>;
  closeSession(c: Context<ApiEnv>): Promise<Outcome<OperationOutput<typeof closeSession>>>;
}

export function edgeOperations(deps: ApiDeps): EdgeOperations {
  return {
    async openSession(c, token) {
      // Signing somebody in from a strange page (login forgery) is refused too; a program sends no Origin.
      if (hasOrigin(c) && !isSameOrigin(c.req.raw.headers, c.req.url))
        return refuse('forbidden', 'Sign in from a page of this control plane.');
      const address = clientAddress(c, deps);
      const waitMs = deps.throttle.operatorFailures.waitMs(address, deps.context.clock.nowMs());
      if (waitMs > 0) {
        c.header('retry-after', String(Math.ceil(waitMs / 1000)));
        return refuse('rate_limited', `Too many failed attempts. Try again in ${Math.ceil(waitMs / 1000)} s.`);
      }
      const caller = await authenticateOperator(deps.context, token);
      if (!caller) {
        deps.throttle.operatorFailures.count(address, deps.context.clock.nowMs());
        return refuse('unauthenticated', 'The operator token is not known, was revoked, or has expired.');
      }
      writeSessionCookie(c, deps, token);
      return succeed(sessionOf(caller));
    },
    async getSession(c) {
      return succeed(sessionOf(c.get('caller')));
    },
    async closeSession(c) {
      if (readSessionCookie(c) !== undefined && hasOrigin(c) && !isSameOrigin(c.req.raw.headers, c.req.url))
        return refuse('forbidden', 'Sign out from a page of this control plane.');
      clearSessionCookie(c, deps);
      return succeed(undefined);
    },
  };
}

function hasOrigin(c: Context<ApiEnv>): boolean {
  return c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined;
}

function sessionOf(caller: ApiEnv['Variables']['caller']): OperationOutput<typeof getSession> {
  return {
    operator: caller.operator,
    tenant: caller.tenant as OperationOutput<typeof getSession>['tenant'],
    role: caller.role,
  };
}
