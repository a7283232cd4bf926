import type { Shell } from '../shell.ts';
import { certificatesOf } from './authority.ts';
import { readSettings, writeSettings } from './settings.ts';

/**
 * What a control plane that was verified says is to be believed of it, in place of what was stored: so this machine finds it after its
 * authority has changed. Nothing is stored where the authority comes from elsewhere, or where the server is believed without.
 */
export async function keepAuthority(shell: Shell, origin: string, pem: string): Promise<void> {
  const { server, token, ca } = await readSettings(shell.env);
  if (server !== origin || token === undefined || ca === undefined || shell.env.WHERRY_CA !== undefined) return;
  const roots = certificatesOf(pem).filter(({ certificate }) => certificate.subject === certificate.issuer);
  const next = roots.map((root) => root.pem).join('');
  if (next !== '' && next !== ca) await writeSettings(shell.env, { server, token, ca: next });
}
