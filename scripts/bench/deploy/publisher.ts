import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  addPublisherKey,
  canonicalBytes,
  createClaimToken,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  publishRelease,
  toBase64,
} from '@wherry/protocol';
import type { ControlPlane } from '../../fleet/control-plane.ts';

/** What `wherry publish` does after it has read its files, without the start of a process: upload, sign, send. */
export interface Publisher {
  /** SPKI DER, base64. */
  readonly key: string;
  upload(bytes: Buffer): Promise<{ digest: string; sizeBytes: number }>;
  publish(app: string, counter: number, variant: object): Promise<void>;
  claimToken(device: string): Promise<{ readonly token: string }>;
}

export async function createPublisher({ http, token, client }: ControlPlane): Promise<Publisher> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { id } = await client.call(addPublisherKey, { body: { name: 'bench', key } });
  return {
    key,
    claimToken: (device) => client.call(createClaimToken, { body: { device: device as never } }),
    async upload(bytes) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      const answer = await fetch(http + PATHS.blob(digest), {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
      });
      if (!answer.ok) throw new Error(`upload a blob: ${answer.status} ${await answer.text()}`);
      return { digest, sizeBytes: bytes.length };
    },
    async publish(app, counter, variant) {
      const payload = canonicalBytes({
        app,
        version: `1.0.${counter}`,
        releaseCounter: counter,
        variants: [variant],
        triggers: [{ on: 'start' }],
        capabilities: {},
        limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 1, wallMs: 2_000 },
        health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 0 },
        config: {},
        publishedAtMs: Date.now(),
      });
      const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.release, payload), privateKey).toString('base64');
      await client.call(publishRelease, {
        body: { payloadType: PAYLOAD_TYPES.release, payload: toBase64(payload), signatures: [{ keyid: id, sig }] },
      });
    },
  };
}
