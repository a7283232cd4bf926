import {
  type ClaimRequest,
  type ClaimResponse,
  type Outcome,
  readClaimToken,
  refuse,
  succeed,
  type TenantId,
} from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { cutOff } from './identity/cut-off.ts';
import { hashKey, issueCertificate } from './identity/issue-certificate.ts';
import { tellEvent } from './identity/tell-event.ts';
import { type Credential, invalidToken, useClaimToken } from './identity/use-claim-token.ts';
import { readPublicKey } from './keys.ts';
import { APP_LIMITS } from './limits.ts';
import { deviceSecret, hashSecret, isSecret } from './secrets.ts';
import { transact } from './transact.ts';

/** Who the device is; the edge adds where MQTT is. */
type Claimed = Omit<ClaimResponse, 'mqttUrl' | 'secret' | 'certificate'>;
export type ClaimedWithSecret = Claimed & { readonly secret: string };
export type ClaimedWithCertificate = Claimed & { readonly certificate: string };

/**
 * A device gets its identity, on a plain listener with a secret. A token works once; the same claim again (same token, same report
 * key) within ten minutes gets the same answer, for a device whose answer was lost.
 * Codes: claim_token_invalid, claim_token_used, claim_token_expired, already_exists, invalid_body.
 */
export async function claimDevice(context: AppContext, request: ClaimRequest): Promise<Outcome<ClaimedWithSecret>> {
  const claimKey = await context.store.settings.keep('claim_key', context.newSecret());
  const tokenSecret = readClaimToken(request.token)?.secret ?? '';
  const secretOf = (device: string) => deviceSecret(claimKey, tokenSecret, device, request.reportKey);
  const claimed = await claim(context, request, {
    secretHash: (device) => hashSecret(secretOf(device)),
    give: async (_, device) => secretOf(device),
    giveAgain: async (_, device) => secretOf(device),
  });
  return claimed.ok ? succeed({ ...claimed.value.who, secret: claimed.value.given }) : claimed;
}

/**
 * The same on a listener with TLS: the device gets a certificate for the key of its request, and no secret. The same claim again is one
 * with the same two keys. Codes: certificate_needed too.
 */
export async function claimCertificate(
  context: AppContext,
  request: ClaimRequest,
): Promise<Outcome<ClaimedWithCertificate>> {
  const { authority } = context;
  if (!authority || request.csr === undefined)
    return refuse(
      'certificate_needed',
      'send a certificate request with the claim: over TLS a device is its certificate',
      {
        path: '/csr',
      },
    );
  const key = await authority.readRequest(request.csr);
  if (!key.ok) return key;
  const claimed = await claim(context, request, {
    secretHash: () => NO_SECRET,
    give: (work, device) => issueCertificate(work, authority, device, key.value),
    giveAgain: async (work, device) =>
      (await work.repositories.certificates.findByKey(work.tenant, device, hashKey(key.value)))?.pem ?? null,
  });
  return claimed.ok ? succeed({ ...claimed.value.who, certificate: claimed.value.given }) : claimed;
}

/** No secret has this hash. */
const NO_SECRET = '';

async function claim(
  context: AppContext,
  request: ClaimRequest,
  credential: Credential,
): Promise<Outcome<{ readonly who: Claimed; readonly given: string }>> {
  const token = readClaimToken(request.token);
  if (!token) return invalidToken();
  const found = await context.store.claimTokens.find(token.id);
  if (!found || !isSecret(token.secret, found.secretHash)) return invalidToken();
  const key = readPublicKey(request.reportKey, '/reportKey');
  if (!key.ok) return key;
  const used = await transact(context, found.tenant, (work) => useClaimToken(work, token.id, request, credential));
  if (!used.ok) {
    if (used.problems[0]?.code === 'claim_token_used') await tellMisuse(context, found.tenant, token.id, request);
    return used;
  }
  const { device, given, isAnew } = used.value;
  if (isAnew) await cutOff(context, [{ tenant: found.tenant, device }]);
  return succeed({ who: { tenant: found.tenant as TenantId, device }, given });
}

/** Whoever has the token and another key is not the device that used it: somebody copied the token. */
async function tellMisuse(context: AppContext, tenant: string, id: string, request: ClaimRequest): Promise<void> {
  await transact(context, tenant, async (work) => {
    const { claimTokens } = work.repositories;
    const token = await claimTokens.find(id);
    if (!token?.usedBy || token.usedReportKey === request.reportKey) return succeed(undefined);
    if (!(await claimTokens.alarm(id, work.nowMs, APP_LIMITS.claimAlarmEveryMs))) return succeed(undefined);
    await tellEvent(work, token.usedBy, {
      severity: 'error',
      name: 'claim_token_misused',
      message: `the claim token that ${token.usedBy} used was tried again with another key: if this device is not the one you meant, remove it`,
    });
    return succeed(undefined);
  });
}
