import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type BootId,
  type ClaimResponse,
  type Client,
  createClaimToken,
  type DeviceId,
  type DeviceName,
  detachedBytes,
  type Envelope,
  type KeyId,
  PATHS,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthenticationEncoding,
  type ReportBody,
  toBase64,
} from '@wherry/protocol';

/** Keys and signatures as agents and publishers make them. */
export interface Signer {
  readonly id: KeyId;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(type: PayloadType, payload: unknown): Envelope;
  /** Of samples: the signature beside them. */
  beside(from: DeviceName, batch: object): string;
}

export function createSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signerOf(privateKey);
}

function signerOf(privateKey: KeyObject): Signer {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('hex').slice(0, 32) as KeyId;
  return {
    id,
    publicKey: der.toString('base64'),
    seal(payloadType, payload) {
      const bytes = Buffer.from(JSON.stringify(payload));
      const sig = sign(null, preAuthenticationEncoding(payloadType, bytes), privateKey).toString('base64');
      return { payloadType, payload: toBase64(bytes), signatures: [{ keyid: id, sig }] };
    },
    beside: (from, batch) => sign(null, detachedBytes('usage', from, batch), privateKey).toString('base64'),
  };
}

export interface TestDevice {
  readonly claim: ClaimResponse & { readonly secret: string };
  /** `tenant/device` */
  readonly name: string;
  readonly device: DeviceId;
  readonly boot: BootId;
  readonly signer: Signer;
  readonly bearer: string;
  topic(channel: string): string;
  /** The bytes of a report of one item. */
  report(seq: number, body?: ReportBody): Buffer;
  /** The bytes of a batch of samples. */
  usage(samples: readonly object[]): Buffer;
  /** What it says first: which start of it speaks. */
  birth(): Buffer;
}

export const NEWS: ReportBody = { type: 'event', severity: 'info', name: 'workload_started', message: 'started' };

export async function claimTestDevice(
  httpUrl: string,
  operator: Client,
  wanted: string,
  labels = {},
): Promise<TestDevice> {
  const { token } = await operator.call(createClaimToken, { body: { device: wanted, labels } });
  const signer = createSigner();
  const boot = randomBytes(16).toString('hex') as BootId;
  const answer = await fetch(httpUrl + PATHS.claim, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token,
      device: wanted,
      target: 'raspberry-pi',
      arch: 'arm64',
      reportKey: signer.publicKey,
      boot,
    }),
  });
  if (answer.status !== 201) throw new Error(`claim ${wanted}: ${answer.status} ${await answer.text()}`);
  const claim = (await answer.json()) as ClaimResponse & { readonly secret: string };
  const name = `${claim.tenant}/${claim.device}`;
  return {
    claim,
    name,
    device: claim.device,
    boot,
    signer,
    bearer: `${name}:${claim.secret}`,
    topic: (channel) => `wherry/v1/${name}/${channel}`,
    report(seq, body = NEWS) {
      const payload = { device: claim.device, boot, items: [{ seq, atMs: Date.now(), body }] };
      return Buffer.from(JSON.stringify(signer.seal(PAYLOAD_TYPES.report, payload)));
    },
    usage(samples) {
      const batch = { boot, samples };
      return Buffer.from(JSON.stringify({ ...batch, sig: signer.beside(claim, batch) }));
    },
    birth: () => Buffer.from(JSON.stringify({ status: 'online', boot })),
  };
}
