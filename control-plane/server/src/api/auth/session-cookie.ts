import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiDeps, ApiEnv } from '../env.ts';

/** The browser's session is the operator token itself, where no script can read it; revoking the token ends it. */
export const SESSION_COOKIE = 'wherry_session';

export function readSessionCookie(c: Context<ApiEnv>): string | undefined {
  return getCookie(c, SESSION_COOKIE);
}

export function writeSessionCookie(c: Context<ApiEnv>, deps: Pick<ApiDeps, 'isProxyTrusted'>, token: string): void {
  setCookie(c, SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure: isSecure(c, deps),
  });
}

export function clearSessionCookie(c: Context<ApiEnv>, deps: Pick<ApiDeps, 'isProxyTrusted'>): void {
  deleteCookie(c, SESSION_COOKIE, { path: '/', secure: isSecure(c, deps) });
}

function isSecure(c: Context<ApiEnv>, deps: Pick<ApiDeps, 'isProxyTrusted'>): boolean {
  if (deps.isProxyTrusted && c.req.header('x-forwarded-proto') === 'https') return true;
  return new URL(c.req.url).protocol === 'https:';
}
