import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  addPublisherKey,
  canonicalBytes,
  PATHS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  publishRelease,
  toBase64,
} from '@wherry/protocol';
import type { MeasuredServer } from './server-process.ts';

export const APP = 'bench';
/** The config value that tells a simulated device what to do; see device.ts. */
export const ORDER_KEY = 'ORDER';

/** A publisher's key and one signed release of a container, through the API as a publisher would. */
export async function publishBenchRelease({ http, token, client }: MeasuredServer): Promise<{ version: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { id } = await client.call(addPublisherKey, { body: { name: 'bench', key } });
  const archive = await upload(http, token, Buffer.from('an image archive'));
  const version = '1.0.0';
  const payload = canonicalBytes({
    app: APP,
    version,
    releaseCounter: 1,
    variants: [{ kind: 'container', image: `sha256:${'a'.repeat(64)}`, archive, platforms: ['linux/arm64'] }],
    triggers: [{ on: 'start' }],
    capabilities: {},
    limits: { memoryBytes: 16 * 1024 * 1024, cpuShare: 0.2, wallMs: 2_000 },
    health: { afterMs: 0, everyMs: 1_000, failures: 3, soakMs: 0 },
    config: { [ORDER_KEY]: { type: 'string', default: '' } },
    publishedAtMs: Date.now(),
  });
  const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.release, payload), privateKey).toString('base64');
  await client.call(publishRelease, {
    body: { payloadType: PAYLOAD_TYPES.release, payload: toBase64(payload), signatures: [{ keyid: id, sig }] },
  });
  return { version };
}

async function upload(http: string, token: string, bytes: Buffer): Promise<{ digest: string; sizeBytes: number }> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const answer = await fetch(http + PATHS.blob(digest), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  if (!answer.ok) throw new Error(`upload a blob: ${answer.status} ${await answer.text()}`);
  return { digest, sizeBytes: bytes.length };
}
