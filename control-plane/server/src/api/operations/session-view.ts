import type { Session } from '@wherry/protocol';
import type { Context } from 'hono';
import type { SignedIn } from '../../app/authenticate-operator.ts';
import { isSameOrigin } from '../auth/same-origin.ts';
import type { ApiEnv } from '../env.ts';

/** True when the browser says that another site's page sent this; a program says nothing. */
export function isForeign(c: Context<ApiEnv>): boolean {
  const isFromPage = c.req.header('origin') !== undefined || c.req.header('sec-fetch-site') !== undefined;
  return isFromPage && !isSameOrigin(c.req.raw.headers, c.req.url);
}

export function sessionOf({ caller, kind, expiresAtMs }: SignedIn): Session {
  const { operator, tenant, role, scopes } = caller;
  return {
    ...{ operator, tenant: tenant as Session['tenant'], role },
    ...{ scopes: scopes === null ? null : [...scopes], kind, expiresAtMs },
  };
}
