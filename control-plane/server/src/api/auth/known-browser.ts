import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AppContext } from '../../app/context.ts';
import type { ApiDeps, ApiEnv } from '../env.ts';
import { writeCookie } from './cookies.ts';

/**
 * A browser in which a user has signed in before keeps a cookie that says so. It lets nobody in; it only spares the user to be held up
 * by strangers' attempts, and attempts that carry it are counted by it.
 */
const COOKIE = 'wherry_known';
const MAX_AGE_SECONDS = 180 * 86_400;
const ID_BYTES = 12;

interface Who {
  readonly tenant: string;
  readonly user: string;
}

/** The browser's id, when its cookie is for this user and was made here. */
export async function readKnownBrowser(c: Context<ApiEnv>, { context }: ApiDeps, who: Who): Promise<string | null> {
  const [id, seal] = (getCookie(c, COOKIE) ?? '').split('.');
  if (!id || !seal) return null;
  const expected = Buffer.from(await sealOf(context, id, who));
  const given = Buffer.from(seal);
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : null;
}

export async function rememberBrowser(c: Context<ApiEnv>, deps: ApiDeps, who: Who): Promise<void> {
  const id = randomBytes(ID_BYTES).toString('base64url');
  const value = `${id}.${await sealOf(deps.context, id, who)}`;
  writeCookie(c, deps, COOKIE, value, { maxAge: MAX_AGE_SECONDS, sameSite: 'Strict', isBound: false });
}

async function sealOf({ store, newSecret }: AppContext, id: string, { tenant, user }: Who): Promise<string> {
  const key =
    (await store.settings.get('known-browser-key')) ?? (await store.settings.keep('known-browser-key', newSecret()));
  return createHmac('sha256', Buffer.from(key, 'hex')).update([id, tenant, user].join('\n')).digest('base64url');
}
