import { createPublicKey, sign } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  auditPoint,
  canonicalBytes,
  type Envelope,
  openEnvelope,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  toBase64,
} from '@wherry/protocol';
import type { AuditSigner } from '../app/context.ts';
import { keyIdOf, verifierOf } from '../app/keys.ts';
import { writeFileDurably } from '../files/write-file-durably.ts';
import { openKeyFile } from './key-file.ts';

const TYPES = { head: PAYLOAD_TYPES.auditHead, checkpoint: PAYLOAD_TYPES.auditCheckpoint } as const;

/**
 * Signs where audit logs end and begin. Its key lies beside the database and not in it (`audit-key.pem`), so that whoever can write to
 * the database alone cannot write a log anew. The file `audit-begun` says that every head is signed from then on.
 */
export async function openAuditSigner(dataDir: string): Promise<AuditSigner> {
  const privateKey = await openKeyFile(join(dataDir, 'audit-key.pem'), 'audit');
  const begunFile = join(dataDir, 'audit-begun');
  const key = createPublicKey(privateKey);
  const publicKey = key.export({ type: 'spki', format: 'der' }).toString('base64');
  const keyId = keyIdOf(publicKey);
  const trusted = new Set([keyId]);
  const verify = verifierOf(new Map([[keyId, key]]));
  return {
    keyId,
    publicKey,
    hasBegun: () =>
      access(begunFile).then(
        () => true,
        () => false,
      ),
    begin: () => writeFileDurably(begunFile, '', 0o600),
    seal(what, point): Envelope {
      const payload = canonicalBytes(point);
      const sig = sign(null, preAuthenticationEncoding(TYPES[what], payload), privateKey).toString('base64');
      return { payloadType: TYPES[what], payload: toBase64(payload), signatures: [{ keyid: keyId, sig }] };
    },
    open(what, sealed) {
      const opened = openEnvelope(sealed, TYPES[what], trusted, verify);
      if (!opened.ok) return null;
      const point = auditPoint.safeParse(JSON.parse(new TextDecoder().decode(opened.value.payload)));
      return point.success ? point.data : null;
    },
  };
}
