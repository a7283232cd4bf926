import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { clearCookie, readCookie, writeCookie } from './cookies.ts';

/** The browser's session: random bits of its own, never the token or password that opened it, and gone when the browser closes. */
const COOKIE = 'wherry_session';
type Deps = Pick<ApiDeps, 'isProxyTrusted'>;

export function readSessionCookie(c: Context<ApiEnv>, deps: Deps): string | undefined {
  return readCookie(c, deps, COOKIE);
}

export function writeSessionCookie(c: Context<ApiEnv>, deps: Deps, text: string): void {
  writeCookie(c, deps, COOKIE, text, { sameSite: 'Strict' });
}

export function clearSessionCookie(c: Context<ApiEnv>, deps: Deps): void {
  clearCookie(c, deps, COOKIE);
}
