import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Secrets are kept as SHA-256 only; they are random and long, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares without telling by its time how much was right. */
export function isSecret(secret: string, hash: string): boolean {
  const given = Buffer.from(hashSecret(secret), 'hex');
  const kept = Buffer.from(hash, 'hex');
  return given.length === kept.length && timingSafeEqual(given, kept);
}

/**
 * The device secret that a claim buys. It is derived, not stored, so that a repeated claim (its answer was lost) gets the same one;
 * it takes the server's key and the token's secret together to compute it.
 */
export function deviceSecret(claimKey: string, tokenSecret: string, device: string, reportKey: string): string {
  return createHmac('sha256', claimKey).update([tokenSecret, device, reportKey].join('\n')).digest('base64url');
}

const CLAIM_PREFIX = 'wct1.';
const OPERATOR_PREFIX = 'wop1.';
const SESSION_PREFIX = 'wos1.';

/** `wct1.<base64url of "id|secret|fingerprint of the authority">`; protocol's `readClaimToken` takes it apart. */
export function claimTokenText(id: string, secret: string, fingerprint = ''): string {
  return CLAIM_PREFIX + Buffer.from(`${id}|${secret}|${fingerprint}`).toString('base64url');
}

export function operatorTokenText(secretHex: string): string {
  return OPERATOR_PREFIX + Buffer.from(secretHex, 'hex').toString('base64url');
}

export function sessionText(secretHex: string): string {
  return SESSION_PREFIX + Buffer.from(secretHex, 'hex').toString('base64url');
}

export function isSessionText(text: string): boolean {
  return text.startsWith(SESSION_PREFIX) && text.length <= 256;
}

export function isOperatorToken(text: string): boolean {
  return text.startsWith(OPERATOR_PREFIX) && text.length <= 256;
}
