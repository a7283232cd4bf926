import { type ErrorCode, PATHS, tenantId, WherryError } from '@wherry/protocol';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { hashSecret } from '../../app/secrets.ts';
import { auditSignIn, beginSession } from '../../app/sign-in/begin-session.ts';
import { giveSignInCode } from '../../app/sign-in/take-sign-in-code.ts';
import { welcomeProvidedUser } from '../../app/sign-in/welcome-provided-user.ts';
import type { OidcProvider, Remembered } from '../../oidc/provider.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { problemsOf } from '../operations/issues.ts';
import { problemAnswer } from '../problem.ts';
import { clientAddress } from './client-address.ts';
import { clearCookie, isSecure, readCookie, writeCookie } from './cookies.ts';
import { tooMany } from './refusals.ts';
import { readSessionCookie, writeSessionCookie } from './session-cookie.ts';

/**
 * The two stops of a browser on its way through the provider. What has to be remembered between them lies in a short-lived cookie of the
 * browser itself, Lax because the way back begins at the provider. A program on the same machine gets a code at its loopback port
 * (RFC 8252, 7.3) instead of a session in the browser.
 */
const COOKIE = 'wherry_oidc';
const WITHIN_SECONDS = 600;
const LARGEST_PORT = 65_535;

const startQuery = z.object({
  tenant: tenantId.optional(),
  port: z.coerce.number().int().min(1024).max(LARGEST_PORT).optional(),
  challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'challenge: write the SHA-256 of the verifier in base64url')
    .optional(),
});
const onTheWay = startQuery.extend({ state: z.string(), nonce: z.string(), verifier: z.string() });
type OnTheWay = z.infer<typeof onTheWay>;

export function oidcApp(deps: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { oidc } = deps;
  if (!oidc) return app;
  app.get(PATHS.oidcStart, async (c) => {
    const query = startQuery.safeParse(c.req.query());
    if (!query.success) return problemAnswer(c, problemsOf('query', query.error.issues));
    const { tenant, port, challenge } = query.data;
    if ((port === undefined) !== (challenge === undefined))
      return problemAnswer(c, [{ code: 'invalid_query', message: 'A program sends its port and its challenge.' }]);
    const address = clientAddress(c, deps);
    const waitMs = deps.throttle.oidcStarts.waitMs(address, deps.context.clock.nowMs());
    if (waitMs > 0) return tooMany(c, waitMs, 'Too many sign-ins were begun.');
    deps.throttle.oidcStarts.count(address, deps.context.clock.nowMs());
    const begun = await orRefused(c, deps, () => oidc.begin(callbackUrl(c, deps, oidc)));
    if (begun instanceof Response) return begun;
    const { url, remembered } = begun;
    const kept: OnTheWay = { ...remembered, tenant, port, challenge };
    const value = Buffer.from(JSON.stringify(kept)).toString('base64url');
    writeCookie(c, deps, COOKIE, value, { sameSite: 'Lax', maxAge: WITHIN_SECONDS });
    return c.redirect(url.href, 302);
  });
  app.get(PATHS.oidcCallback, async (c) => {
    const kept = readOnTheWay(readCookie(c, deps, COOKIE));
    clearCookie(c, deps, COOKIE);
    if (!kept) return toPage(c, 'unauthenticated');
    return await orRefused(c, deps, () => arrive(c, deps, oidc, kept));
  });
  return app;
}

/** What went wrong at the provider is said on the page, where the browser can begin again; the whole of it is in the log. */
async function orRefused<T>(c: Context<ApiEnv>, deps: ApiDeps, work: () => Promise<T>): Promise<T | Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    deps.context.log.warn({ err: error }, 'a sign-in through the provider was refused');
    return toPage(c, error.code);
  }
}

async function arrive(c: Context<ApiEnv>, deps: ApiDeps, oidc: OidcProvider, kept: OnTheWay): Promise<Response> {
  const answered = new URL(callbackUrl(c, deps, oidc));
  answered.search = new URL(c.req.url).search;
  const remembered: Remembered = kept;
  const person = await oidc.finish(answered, remembered, kept.tenant ?? null);
  if (!person) return toPage(c, 'forbidden');
  const user = await welcomeProvidedUser(deps.context, person);
  if (!user) return toPage(c, 'conflict');
  if (kept.port !== undefined && kept.challenge !== undefined) {
    const code = await giveSignInCode(deps.context, user, kept.challenge);
    return c.redirect(`http://127.0.0.1:${kept.port}/?${new URLSearchParams({ code })}`, 302);
  }
  const before = readSessionCookie(c, deps);
  const replaces = before === undefined ? null : hashSecret(before);
  const holder = { user: user.name };
  const begun = await beginSession(deps.context, { tenant: user.tenant, kind: 'oidc', holder, replaces });
  if (!begun) return toPage(c, 'conflict');
  await auditSignIn(deps.context, begun.signedIn);
  writeSessionCookie(c, deps, begun.text);
  return c.redirect('/', 302);
}

/** The page says it in words of its own: an address is no place for sentences that anybody can write into a link. */
function toPage(c: Context<ApiEnv>, code: ErrorCode): Response {
  return c.redirect(`/?${new URLSearchParams({ 'sign-in': code })}`, 302);
}

function callbackUrl(c: Context<ApiEnv>, deps: ApiDeps, { publicUrl }: OidcProvider): string {
  if (publicUrl !== null) return new URL(PATHS.oidcCallback, publicUrl).href;
  const asked = new URL(c.req.url);
  return `${isSecure(c, deps) ? 'https' : 'http'}://${asked.host}${PATHS.oidcCallback}`;
}

function readOnTheWay(cookie: string | undefined): OnTheWay | null {
  try {
    const read = onTheWay.safeParse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString()));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
