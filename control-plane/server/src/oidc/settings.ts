import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ROLES, tenantId, WherryError } from '@wherry/protocol';
import { z } from 'zod';
import { isLoopback } from '../config/listen-url.ts';

/** The file of `--oidc`: which OpenID Connect provider vouches for people, and what its groups may do here. */
const settings = z.strictObject({
  /** What the button says. */
  name: z.string().min(1).max(40).default('single sign-on'),
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  /** Absent for a public client. */
  clientSecretFile: z.string().min(1).optional(),
  /** Where browsers reach this control plane; else the address that they asked for is taken. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  scopes: z.array(z.string().regex(/^[\x21-\x7e]+$/)).default(['openid', 'profile', 'email']),
  /** Claims: what somebody is called, and their groups. Nested ones are written with dots. */
  nameClaim: z.string().min(1).default('preferred_username'),
  groupsClaim: z.string().min(1).default('groups'),
  /** Who is in none of these groups is not let in. */
  roles: z.array(z.strictObject({ group: z.string().min(1), tenant: tenantId, role: z.enum(ROLES) })).min(1),
});

export interface OidcSettings extends Omit<z.infer<typeof settings>, 'clientSecretFile'> {
  readonly clientSecret: string | null;
}

/** Code: invalid_body, with everything that is wrong with the file. */
export async function readOidcSettings(file: string): Promise<OidcSettings> {
  const read = settings.safeParse(await readJson(file));
  if (!read.success) throw wrong(file, z.prettifyError(read.error).replaceAll('\n', ' '));
  const { clientSecretFile, ...found } = read.data;
  const issuer = new URL(found.issuer);
  if (issuer.protocol === 'http:' && !isLoopback(issuer.hostname.replace(/^\[|\]$/g, '')))
    throw wrong(file, 'the issuer must be an https URL: only on this machine may it be http');
  if (!found.scopes.includes('openid')) throw wrong(file, 'scopes must contain openid');
  const secret = clientSecretFile && (await readText(resolve(dirname(file), clientSecretFile))).trim();
  return { ...found, clientSecret: secret || null };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(file, `it is not JSON: ${(error as Error).message}`);
  }
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: Error) => {
    throw wrong(file, error.message);
  });
}

function wrong(file: string, what: string): WherryError {
  return new WherryError('invalid_body', `read the sign-in provider of --oidc ${file}: ${what}`);
}
