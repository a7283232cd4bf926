import { type Role, WherryError } from '@wherry/protocol';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { claimedRole, claimValues } from '../domain/access/claimed-role.ts';
import type { OidcSettings } from './settings.ts';

/**
 * The OpenID Connect provider: authorization code flow with PKCE, state and nonce (RFC 9700, OpenID Connect Core 3.1). What it says of a
 * person is taken at the sign-in and not kept; tokens of the provider are forgotten at once.
 */
export interface OidcProvider {
  /** What people know it by. */
  readonly name: string;
  readonly publicUrl: string | null;
  /** Where the browser goes, and what has to be remembered until it comes back. Code: unavailable. */
  begin(callbackUrl: string): Promise<{ readonly url: URL; readonly remembered: Remembered }>;
  /** Null when the person is in no group that has a role (of the tenant that is wanted). Codes: unauthenticated, unavailable. */
  finish(answered: URL, remembered: Remembered, wantedTenant: string | null): Promise<VouchedFor | null>;
}

export interface Remembered {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface VouchedFor {
  readonly tenant: string;
  readonly role: Role;
  readonly subject: string;
  readonly claimedName: string;
}

const TIMEOUT_SECONDS = 10;

export function createOidcProvider(settings: OidcSettings): OidcProvider {
  let discovered: Promise<Configuration> | null = null;
  /** Asked for when it is first needed: a provider that is away does not keep the control plane from starting. */
  const configuration = async (): Promise<Configuration> => {
    discovered ??= discover(settings);
    try {
      return await discovered;
    } catch (error) {
      discovered = null;
      throw new WherryError('unavailable', `ask the sign-in provider ${settings.issuer}`, { cause: error });
    }
  };
  return {
    name: settings.name,
    publicUrl: settings.publicUrl ?? null,
    async begin(callbackUrl) {
      const remembered = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: callbackUrl,
        scope: settings.scopes.join(' '),
        state: remembered.state,
        nonce: remembered.nonce,
        code_challenge: await calculatePKCECodeChallenge(remembered.verifier),
        code_challenge_method: 'S256',
      });
      return { url, remembered };
    },
    async finish(answered, { state, nonce, verifier }, wantedTenant) {
      const provider = await configuration();
      const claims = await claimsOf(provider, answered, { state, nonce, verifier });
      const values = claimValues(claims, settings.groupsClaim);
      const rules = settings.roles.map(({ group, tenant, role }) => ({ value: group, tenant, role }));
      const given = claimedRole(values, rules, wantedTenant);
      if (!given) return null;
      const [claimedName = claims.sub] = [settings.nameClaim, 'email'].flatMap((claim) => claimValues(claims, claim));
      return { ...given, subject: `${settings.issuer}|${claims.sub}`, claimedName };
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  const isPlain = new URL(issuer).protocol === 'http:';
  return discovery(
    new URL(issuer),
    clientId,
    clientSecret === null ? undefined : clientSecret,
    clientSecret === null ? None() : undefined,
    { timeout: TIMEOUT_SECONDS, ...(isPlain ? { execute: [allowInsecureRequests] } : {}) },
  );
}

/** Claims of the ID token and, where the provider has it, of the user info: groups are in the one or the other. */
async function claimsOf(
  provider: Configuration,
  answered: URL,
  { state, nonce, verifier }: Remembered,
): Promise<Record<string, unknown> & { sub: string }> {
  try {
    const tokens = await authorizationCodeGrant(provider, answered, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('there is no ID token');
    const hasInfo = provider.serverMetadata().userinfo_endpoint !== undefined;
    const info = hasInfo ? await fetchUserInfo(provider, tokens.access_token, claims.sub) : {};
    return { ...info, ...claims };
  } catch (error) {
    throw new WherryError('unauthenticated', 'The sign-in provider did not confirm the sign-in. Begin again.', {
      cause: error,
    });
  }
}
