import {
  type OPERATIONS,
  type OperationInput,
  type OperationOutput,
  type Outcome,
  refuse,
  succeed,
} from '@wherry/protocol';
import type { Context } from 'hono';
import { hashSecret } from '../../app/secrets.ts';
import { beginSession } from '../../app/sign-in/begin-session.ts';
import { changePassword } from '../../app/sign-in/change-password.ts';
import { closeSessions } from '../../app/sign-in/close-sessions.ts';
import type { EdgeOperation } from '../../app/use-cases.ts';
import { readBearer } from '../auth/refusals.ts';
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../auth/session-cookie.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { attemptPassword } from './attempt-password.ts';
import { openSession } from './open-session.ts';
import { isForeign, sessionOf } from './session-view.ts';

/** The operations of sessions: what they do is a cookie, so they are the edge's own. */
export type EdgeOperations = {
  readonly [K in EdgeOperation]: (
    c: Context<ApiEnv>,
    input: OperationInput<(typeof OPERATIONS)[K]>,
  ) => Promise<Outcome<OperationOutput<(typeof OPERATIONS)[K]>>>;
};

export function edgeOperations(deps: ApiDeps): EdgeOperations {
  const { context } = deps;
  return {
    async getSignIn() {
      return succeed({
        hasUsers: await context.store.users.hasAny(),
        oidc: deps.oidc ? { name: deps.oidc.name } : null,
      });
    },
    openSession: (c, input) => openSession(c, deps, input.body),
    async getSession(c) {
      return succeed(sessionOf(c.get('signedIn')));
    },
    async closeSession(c) {
      const text = readSessionCookie(c, deps);
      if (text !== undefined && isForeign(c)) return refuse('forbidden', 'Sign out from a page of this control plane.');
      for (const each of [text, readBearer(c)])
        if (each !== undefined) await context.store.sessions.remove(hashSecret(each));
      clearSessionCookie(c, deps);
      return succeed(undefined);
    },
    async closeSessions(c) {
      await closeSessions(context, c.get('signedIn'));
      clearSessionCookie(c, deps);
      return succeed(undefined);
    },
    async changePassword(c, { body }) {
      const signedIn = c.get('signedIn');
      const { caller, holder, kind } = signedIn;
      const user = 'user' in holder ? holder.user : '';
      const changed = await attemptPassword(c, deps, { tenant: caller.tenant, user }, async () => {
        const outcome = await changePassword(context, signedIn, body.current, body.next);
        return !outcome.ok || outcome.value === 'changed' ? outcome : null;
      });
      if (changed === null) return refuse('invalid_body', 'The current password is another one.', { path: '/current' });
      if (!changed.ok) return changed;
      // Every session has ended; a browser goes on in a new one, a program signs in again.
      if (readSessionCookie(c, deps) === undefined) return succeed(undefined);
      const begun = await beginSession(context, { tenant: caller.tenant, kind, holder, replaces: null });
      if (begun) writeSessionCookie(c, deps, begun.text);
      return succeed(undefined);
    },
  };
}
