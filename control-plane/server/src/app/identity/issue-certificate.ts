import { createHash } from 'node:crypto';
import type { Authority } from '../context.ts';
import { APP_LIMITS } from '../limits.ts';
import type { Work } from '../transact.ts';

/** A certificate for a device's key, in the books before anybody has it. Answers its PEM. `believes`: see DeviceOrder. */
export async function issueCertificate(
  work: Work,
  authority: Authority,
  device: string,
  publicKey: Uint8Array,
  believes?: readonly string[],
): Promise<string> {
  const lifeMs = work.context.certificateLifeMs ?? APP_LIMITS.certificateLifeMs;
  const backdatedMs = Math.min(APP_LIMITS.certificateBackdatedMs, lifeMs / 100);
  const expiresAtMs = work.nowMs + lifeMs;
  const {
    serial,
    pem,
    authority: issuer,
  } = await authority.issueDevice({
    tenant: work.tenant,
    device,
    publicKey,
    notBeforeMs: work.nowMs - backdatedMs,
    notAfterMs: expiresAtMs,
    ...(believes === undefined ? {} : { believes }),
  });
  await work.repositories.certificates.add({
    serial,
    tenant: work.tenant,
    device,
    keyHash: hashKey(publicKey),
    pem,
    authority: issuer,
    issuedAtMs: work.nowMs,
    expiresAtMs,
    revokedAtMs: null,
  });
  return pem;
}

/** By which a key is known in the books: SHA-256 of its SPKI DER, hex. */
export function hashKey(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex');
}
