import type { KeyObject } from 'node:crypto';
import { type KeyId, type Outcome, succeed } from '@wherry/protocol';
import { keyIdOf, readPublicKey } from '../keys.ts';
import { APP_LIMITS } from '../limits.ts';

/** Reading a key costs as much as half a signature check, and a device's key never changes: read ones are kept by their text. */
export interface ReportKey {
  readonly id: KeyId;
  readonly key: KeyObject;
}

const kept = new Map<string, ReportKey>();

/** Code: invalid_body, when it is not an Ed25519 public key in SPKI DER, base64. */
export function readReportKey(spkiBase64: string): Outcome<ReportKey> {
  const found = kept.get(spkiBase64);
  if (found) return succeed(found);
  const key = readPublicKey(spkiBase64, '/reportKey');
  if (!key.ok) return key;
  const made = { id: keyIdOf(spkiBase64), key: key.value };
  const oldest = kept.keys().next();
  if (kept.size >= APP_LIMITS.reportKeysKept && !oldest.done) kept.delete(oldest.value);
  kept.set(spkiBase64, made);
  return succeed(made);
}
