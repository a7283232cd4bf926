import { type KeyObject, verify } from 'node:crypto';
import {
  type DeviceName,
  detachedBytes,
  type Envelope,
  fromBase64,
  type Opened,
  type Outcome,
  openEnvelope,
  PAYLOAD_TYPES,
  refuse,
  type SignedUsage,
  succeed,
} from '@wherry/protocol';
import type { ReportKey } from './report-keys.ts';

/**
 * Opens a signed report with its device's key. Signatures are checked on the threads of libuv, so that a batch uses every core and
 * the loop stays free. Codes: signature_invalid, key_unknown, envelope_malformed.
 */
export async function openReport(sealed: Envelope, { id, key }: ReportKey): Promise<Outcome<Opened>> {
  const trusted = new Set([id]);
  const asked: { readonly message: Uint8Array; readonly signature: Uint8Array }[] = [];
  // The first opening finds out what must be verified; nothing of it is used before it was.
  const opened = openEnvelope(sealed, PAYLOAD_TYPES.report, trusted, (_, message, signature) => {
    asked.push({ message, signature });
    return true;
  });
  if (!opened.ok) return opened;
  const answers = await Promise.all(asked.map(({ message, signature }) => isSigned(message, key, signature)));
  if (answers.every((isValid) => isValid)) return opened;
  return openEnvelope(sealed, PAYLOAD_TYPES.report, trusted, () => answers.shift() ?? false);
}

/** The same for a batch of samples; what is in them is not known yet. Codes: signature_invalid, invalid_message. */
export async function openUsage(
  from: DeviceName,
  { sig, ...batch }: SignedUsage,
  { key }: ReportKey,
): Promise<Outcome<Omit<SignedUsage, 'sig'>>> {
  let message: Uint8Array;
  try {
    message = detachedBytes('usage', from, batch);
  } catch {
    return refuse(
      'invalid_message',
      'the samples hold what cannot be signed: too deep a nesting, or a number beyond all',
    );
  }
  if (await isSigned(message, key, fromBase64(sig))) return succeed(batch);
  return refuse('signature_invalid', `the samples are not as the key of ${from.device} signed them`);
}

function isSigned(message: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, message, key, signature, (error, isValid) => (error ? reject(error) : resolve(isValid)));
  });
}
