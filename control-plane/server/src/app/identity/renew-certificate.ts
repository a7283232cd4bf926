import { type Outcome, type RenewRequest, refuse, succeed } from '@wherry/protocol';
import type { AppContext, ShownCertificate } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import { transact, type Work } from '../transact.ts';
import { knownCertificate } from './authenticate-certificate.ts';
import { hashKey, issueCertificate } from './issue-certificate.ts';
import { tellEvent } from './tell-event.ts';

/**
 * The next certificate of a device, for the key in its request; asked for with the one it has. The same key again within ten minutes
 * gets the same certificate, for a device whose answer was lost. With an expired one it waits for an operator.
 * Codes: invalid_body, unauthenticated, certificate_revoked, device_quarantined, expired, approval_needed, unavailable.
 */
export async function renewCertificate(
  context: AppContext,
  shown: ShownCertificate,
  { csr, authorities }: RenewRequest,
): Promise<Outcome<string>> {
  const { authority } = context;
  if (!authority) return refuse('unavailable', 'this control plane issues no certificates');
  const known = await knownCertificate(context, shown);
  if (!known.ok) return known;
  const key = await authority.readRequest(csr);
  if (!key.ok) return key;
  const keyHash = hashKey(key.value);
  const asked = await transact(context, shown.tenant, async (work): Promise<Outcome<string | null>> => {
    const before = await work.repositories.certificates.findByKey(shown.tenant, shown.device, keyHash);
    if (before && work.nowMs - before.issuedAtMs <= APP_LIMITS.claimRepeatMs && work.nowMs < before.expiresAtMs)
      return succeed(before.pem);
    const lateMs = work.nowMs - shown.notAfterMs;
    if (lateMs > APP_LIMITS.expiredCertificateMs)
      return refuse('expired', 'the certificate expired too long ago: claim the device again');
    if (lateMs >= 0 && !(await isApproved(work, shown.device, keyHash))) return succeed(null);
    return succeed(await issueCertificate(work, authority, shown.device, key.value, authorities));
  });
  if (!asked.ok) return asked;
  return asked.value === null
    ? refuse('approval_needed', 'the certificate has expired: an operator must let the device go on')
    : succeed(asked.value);
}

/** Else it is written down that it was asked for, and an operator is told once for each key. */
async function isApproved(work: Work, device: string, keyHash: string): Promise<boolean> {
  const { tenant, nowMs, repositories } = work;
  const { renewal = null } = (await repositories.standings.findMany(tenant, [device])).get(device) ?? {};
  if (renewal?.keyHash === keyHash) {
    if (renewal.approvedAtMs === null) return false;
    if (nowMs - renewal.approvedAtMs <= APP_LIMITS.approvedRenewalMs) {
      await repositories.standings.setRenewal(tenant, device, null);
      return true;
    }
  }
  await repositories.standings.setRenewal(tenant, device, { keyHash, askedAtMs: nowMs, approvedAtMs: null });
  await tellEvent(work, device, {
    severity: 'warning',
    name: 'renewal_needs_approval',
    message: `${device} asks for a certificate with an expired one; if it is the device that you know, let it go on with "wherry device resolve ${device}"`,
  });
  return false;
}
