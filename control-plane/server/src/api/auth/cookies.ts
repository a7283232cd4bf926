import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiDeps, ApiEnv } from '../env.ts';

/**
 * Cookies of this origin: no script reads them, and over TLS they go over nothing else. Those that are bound carry the prefix `__Host-`
 * there, which browsers take from this very host only, so that no other host of the domain can plant one.
 */
const HOST_PREFIX = '__Host-';

interface Writing {
  readonly sameSite: 'Strict' | 'Lax';
  readonly maxAge?: number;
  readonly isBound?: boolean;
}

type Deps = Pick<ApiDeps, 'isProxyTrusted'>;

export function writeCookie(c: Context<ApiEnv>, deps: Deps, name: string, value: string, writing: Writing): void {
  const { sameSite, maxAge, isBound = true } = writing;
  const secure = isSecure(c, deps);
  setCookie(c, secure && isBound ? HOST_PREFIX + name : name, value, {
    httpOnly: true,
    sameSite,
    path: '/',
    secure,
    ...(maxAge === undefined ? {} : { maxAge }),
  });
}

/** Over TLS only the bound one counts. */
export function readCookie(c: Context<ApiEnv>, deps: Deps, name: string): string | undefined {
  return getCookie(c, isSecure(c, deps) ? HOST_PREFIX + name : name);
}

export function clearCookie(c: Context<ApiEnv>, deps: Deps, name: string): void {
  const secure = isSecure(c, deps);
  deleteCookie(c, secure ? HOST_PREFIX + name : name, { path: '/', secure });
}

export function isSecure(c: Context<ApiEnv>, deps: Deps): boolean {
  if (deps.isProxyTrusted && c.req.header('x-forwarded-proto') === 'https') return true;
  return new URL(c.req.url).protocol === 'https:';
}
