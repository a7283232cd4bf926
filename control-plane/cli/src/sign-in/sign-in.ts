import { getSignIn, openSession } from '@wherry/protocol';
import type { Connection } from '../connection/connect.ts';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { beginBrowserSignIn } from './browser-sign-in.ts';
import { askPassword } from './password.ts';

type Anonymous = Pick<Connection, 'client' | 'origin'>;

/** The text of a new session, which is sent like a token. */
export async function signInAsUser(
  shell: Shell,
  { client }: Anonymous,
  user: string,
  tenant: string | undefined,
): Promise<string> {
  const password = await askPassword(shell, user);
  const of = tenant === undefined ? {} : { tenant: tenant as never };
  const { token } = await client.call(openSession, { body: { ...of, user, password, as: 'bearer' } });
  return tokenOf(token);
}

export async function signInWithBrowser(
  { client, origin }: Anonymous,
  tenant: string | undefined,
  show: (url: string) => void,
): Promise<string> {
  if ((await client.call(getSignIn, {})).oidc === null)
    throw refused('not_found', `${origin} has no sign-in provider: use --user NAME or --token TOKEN`);
  const browser = await beginBrowserSignIn(origin, tenant);
  try {
    show(browser.url);
    const code = await browser.code;
    const { token } = await client.call(openSession, { body: { code, verifier: browser.verifier, as: 'bearer' } });
    return tokenOf(token);
  } finally {
    browser.stop();
  }
}

function tokenOf(token: string | undefined): string {
  if (token === undefined) throw refused('unavailable', 'the control plane gave no session: is it of this version?');
  return token;
}
