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

/** `wct1.<base64url of "id|secret|">` */
export function claimTokenText(id: string, secret: string): string {
  return CLAIM_PREFIX + Buffer.from(`${id}|${secret}|`).toString('base64url');
}

export function readClaimToken(text: string): { readonly id: string; readonly secret: string } | null {
  if (!text.startsWith(CLAIM_PREFIX)) return null;
  const [id, secret, rest] = Buffer.from(text.slice(CLAIM_PREFIX.length), 'base64url').toString().split('|');
  return id && secret && rest !== undefined ? { id, secret } : null;
}

export function operatorTokenText(secretHex: string): string {
  return OPERATOR_PREFIX + Buffer.from(secretHex, 'hex').toString('base64url');
}

export function isOperatorToken(text: string): boolean {
  return text.startsWith(OPERATOR_PREFIX) && text.length <= 256;
}
