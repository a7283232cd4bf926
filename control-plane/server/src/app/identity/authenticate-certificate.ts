import { type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext, ShownCertificate } from '../context.ts';

/**
 * May this device come in with this certificate? Only one that is in the books, and not struck out there, counts: an authority whose
 * database was restored from before does not know what it issued since. Codes: unauthenticated, certificate_revoked,
 * device_quarantined, expired.
 */
export async function authenticateCertificate(context: AppContext, shown: ShownCertificate): Promise<Outcome<void>> {
  const known = await knownCertificate(context, shown);
  if (!known.ok) return known;
  if (context.clock.nowMs() >= shown.notAfterMs)
    return refuse('expired', 'the certificate has expired: ask for the next one with it, or claim the device again');
  return succeed(undefined);
}

/** The same for one that may have expired. */
export async function knownCertificate(
  context: Pick<AppContext, 'store'>,
  { tenant, device, serial }: ShownCertificate,
): Promise<Outcome<void>> {
  const { devices, certificates, standings } = context.store;
  const record = await certificates.find(tenant, device, serial);
  if (!record || !(await devices.find(tenant, device)))
    return refuse('unauthenticated', 'the device is not known here, or was removed: claim it again');
  if (record.revokedAtMs !== null)
    return refuse('certificate_revoked', 'this certificate was taken back: claim the device again');
  if ((await standings.findMany(tenant, [device])).get(device)?.quarantinedAtMs)
    return refuse('device_quarantined', QUARANTINED);
  return succeed(undefined);
}

export const QUARANTINED = 'two machines have this identity, so it is set aside until an operator decides';
