import { type KeyObject, verify } from 'node:crypto';
import { type Envelope, type Opened, type Outcome, openEnvelope, PAYLOAD_TYPES } from '@wherry/protocol';
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

function isSigned(message: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, message, key, signature, (error, isValid) => (error ? reject(error) : resolve(isValid)));
  });
}
