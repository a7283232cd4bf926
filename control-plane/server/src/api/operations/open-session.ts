import {
  INSTALLATION_TENANT,
  type OperationInput,
  type OperationOutput,
  type Outcome,
  type openSession as operation,
  refuse,
  succeed,
} from '@wherry/protocol';
import type { Context } from 'hono';
import { authenticateOperator } from '../../app/authenticate-operator.ts';
import { hashSecret, isOperatorToken } from '../../app/secrets.ts';
import { auditSignIn, type BegunSession, beginSession } from '../../app/sign-in/begin-session.ts';
import { checkPassword } from '../../app/sign-in/check-password.ts';
import { takeSignInCode } from '../../app/sign-in/take-sign-in-code.ts';
import { clientAddress } from '../auth/client-address.ts';
import { readSessionCookie, writeSessionCookie } from '../auth/session-cookie.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { attemptPassword } from './attempt-password.ts';
import { isForeign, sessionOf } from './session-view.ts';

type Body = OperationInput<typeof operation>['body'];
type Opened = Outcome<BegunSession>;

/** Signs in by whatever was sent. A session of before in the same browser ends: the new one has a secret of its own. */
export async function openSession(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  body: Body,
): Promise<Outcome<OperationOutput<typeof operation>>> {
  // Signing somebody in from a strange page (login forgery) is refused too; a program sends no Origin.
  if (isForeign(c)) return refuse('forbidden', 'Sign in from a page of this control plane.');
  const opened = await open(c, deps, body);
  if (!opened.ok) return opened;
  const { text, signedIn } = opened.value;
  const { as = 'cookie' } = body;
  if (as === 'bearer') return succeed({ ...sessionOf(signedIn), token: text });
  writeSessionCookie(c, deps, text);
  return succeed(sessionOf(signedIn));
}

async function open(c: Context<ApiEnv>, deps: ApiDeps, body: Body): Promise<Opened> {
  if ('token' in body) return await byToken(c, deps, body.token);
  if ('code' in body) return await byCode(c, deps, body.code, body.verifier);
  return await byPassword(c, deps, { tenant: body.tenant ?? INSTALLATION_TENANT, user: body.user }, body.password);
}

async function byToken(c: Context<ApiEnv>, deps: ApiDeps, token: string): Promise<Opened> {
  const signedIn = isOperatorToken(token) ? await authenticateOperator(deps.context, token) : null;
  if (!signedIn) return wrong(c, deps, 'The operator token is not known, was revoked, or has expired.');
  const { caller, holder } = signedIn;
  return begun(await begin(c, deps, { tenant: caller.tenant, kind: 'token', holder }));
}

async function byPassword(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  who: { readonly tenant: string; readonly user: string },
  password: string,
): Promise<Opened> {
  const outcome = await attemptPassword(c, deps, who, async () => {
    const user = await checkPassword(deps.context, who.tenant, who.user, password);
    if (!user) return null;
    const session = await begin(c, deps, { tenant: who.tenant, kind: 'password', holder: { user: user.name } });
    if (session) await auditSignIn(deps.context, session.signedIn);
    return session && succeed(session);
  });
  return outcome ?? refuse('unauthenticated', 'The user or the password is wrong.');
}

async function byCode(c: Context<ApiEnv>, deps: ApiDeps, code: string, verifier: string): Promise<Opened> {
  const user = await takeSignInCode(deps.context, code, verifier);
  if (!user) return wrong(c, deps, 'The sign-in was not finished in time, or was used already. Begin again.');
  const session = await begin(c, deps, { tenant: user.tenant, kind: 'oidc', holder: { user: user.name } });
  if (session) await auditSignIn(deps.context, session.signedIn);
  return begun(session);
}

function begin(c: Context<ApiEnv>, deps: ApiDeps, of: Omit<Parameters<typeof beginSession>[1], 'replaces'>) {
  const before = readSessionCookie(c, deps);
  return beginSession(deps.context, { ...of, replaces: before === undefined ? null : hashSecret(before) });
}

function begun(session: BegunSession | null): Opened {
  return session ? succeed(session) : refuse('unauthenticated', 'The account was removed meanwhile.');
}

/** Random secrets cannot be guessed: wrong ones are answered more slowly, and right ones are never refused for them. */
function wrong(c: Context<ApiEnv>, deps: ApiDeps, message: string): Outcome<never> {
  const waitMs = deps.throttle.countFailure(clientAddress(c, deps), deps.context.clock.nowMs());
  if (waitMs === 0) return refuse('unauthenticated', message);
  c.header('retry-after', String(Math.ceil(waitMs / 1000)));
  return refuse('rate_limited', `Too many failed attempts. Try again in ${Math.ceil(waitMs / 1000)} s.`);
}
