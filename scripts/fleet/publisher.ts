import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  addPublisherKey,
  type Client,
  canonicalBytes,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  publishRelease,
  toBase64,
} from '@wherry/protocol';

/** What `wherry publish` does after it has read its files, without the start of a process: upload, sign, send. */
export interface Publisher {
  /** SPKI DER, base64. */
  readonly publicKey: string;
  upload(bytes: Buffer): Promise<{ digest: string; sizeBytes: number }>;
  /** `release` is the resolved release, as `@wherry/protocol` describes it. */
  publish(release: object): Promise<void>;
}

/** Makes a key and has the control plane accept it under `name`. */
export async function createPublisher(
  { http, token, client }: { readonly http: string; readonly token: string; readonly client: Client },
  name: string,
): Promise<Publisher> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { id } = await client.call(addPublisherKey, { body: { name, key } });
  return {
    publicKey: key,
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
    async publish(release) {
      const payload = canonicalBytes(release);
      const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.release, payload), privateKey).toString('base64');
      await client.call(publishRelease, {
        body: { payloadType: PAYLOAD_TYPES.release, payload: toBase64(payload), signatures: [{ keyid: id, sig }] },
      });
    },
  };
}
