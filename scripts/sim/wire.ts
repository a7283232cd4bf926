import {
  type Ack,
  buildTopic,
  type Channel,
  type DesiredState,
  type DeviceId,
  desiredState,
  detachedBytes,
  type Envelope,
  envelope,
  type KeyId,
  openEnvelope,
  PAYLOAD_TYPES,
  type PayloadType,
  parseTopic,
  preAuthenticationEncoding,
  report,
  signedAck,
  type TenantId,
  toBase64,
} from '@wherry/protocol';
import type { Random } from './random.ts';

/**
 * The codec between the two sides. One message in SAMPLE_EVERY becomes a topic and bytes in a signed envelope and is read back by the schemas
 * of the protocol; the rest is handed over as it is, because values do not change on the way. Signatures are a keyed sum of the
 * bytes: who signed is told apart, secrecy is not simulated.
 */
export const SAMPLE_EVERY = 16;
export const TENANT = 'default' as TenantId;

type Sealed = 'desired' | 'report';
const SCHEMAS = { desired: desiredState, report } as const;
const SIGNATURE_BYTES = 64;

export class Wire {
  readonly #random: Random;
  readonly #onBroken: (message: string) => void;

  constructor(random: Random, onBroken: (message: string) => void) {
    this.#random = random;
    this.#onBroken = onBroken;
  }

  /** The message as the other side reads it. */
  pass<T>(kind: Sealed, device: string, message: T, signer: string): T {
    if (this.#random.int(SAMPLE_EVERY) !== 0) return message;
    this.#checkTopic(device, kind);
    const type = PAYLOAD_TYPES[kind];
    const text = JSON.stringify(message);
    const opened = openText(seal(text, type, signer), type, signer);
    if (opened === null) this.#onBroken(`a ${kind} for ${device} did not verify`);
    const parsed = SCHEMAS[kind].safeParse(JSON.parse(opened ?? text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      this.#onBroken(`a ${kind} of ${device} does not fit its schema: ${issue?.path.join('.')}: ${issue?.message}`);
      return message;
    }
    return parsed.data as T;
  }

  /** An acknowledgement has its signature beside it. */
  passAck(device: string, message: Ack, signer: string): Ack {
    if (this.#random.int(SAMPLE_EVERY) !== 0) return message;
    this.#checkTopic(device, 'ack');
    const sign = (content: object) => {
      const bytes = signatureOf(detachedBytes('ack', { tenant: TENANT, device }, content), signer);
      return toBase64(Uint8Array.from({ length: SIGNATURE_BYTES }, (_, at) => bytes[at % bytes.length] ?? 0));
    };
    const read = signedAck.safeParse(JSON.parse(JSON.stringify({ ...message, sig: sign(message) })));
    if (!read.success) this.#onBroken(`an ack for ${device} does not fit its schema`);
    const { sig, ...content } = read.data ?? { ...message, sig: '' };
    if (sig !== sign(content)) this.#onBroken(`an ack for ${device} did not verify`);
    return content;
  }

  #checkTopic(device: string, channel: Channel): void {
    const topic = parseTopic(buildTopic({ tenant: TENANT, device: device as DeviceId, channel }));
    if (!topic.ok || topic.value.device !== device) this.#onBroken(`the topic of ${device} was not read back`);
  }
}

/** A desired state that a stranger signed: null when it is refused, as it must be. */
export function openForged(state: DesiredState): DesiredState | null {
  const text = openText(
    seal(JSON.stringify(state), PAYLOAD_TYPES.desired, 'stranger'),
    PAYLOAD_TYPES.desired,
    'director',
  );
  return text === null ? null : desiredState.parse(JSON.parse(text));
}

function seal(text: string, payloadType: PayloadType, signer: string): Envelope {
  const payload = new TextEncoder().encode(text);
  const sig = toBase64(signatureOf(preAuthenticationEncoding(payloadType, payload), signer));
  return envelope.parse({ payloadType, payload: toBase64(payload), signatures: [{ keyid: keyOf(signer), sig }] });
}

function openText(sealed: Envelope, type: PayloadType, trusted: string): string | null {
  const read = envelope.parse(JSON.parse(JSON.stringify(sealed)));
  const verify = (_: KeyId, message: Uint8Array, signature: Uint8Array) =>
    signatureOf(message, trusted).every((byte, at) => byte === signature[at]);
  // The stranger claims to hold the trusted key: only the signature gives it away.
  const claimed = { ...read, signatures: read.signatures.map((one) => ({ ...one, keyid: keyOf(trusted) })) };
  const opened = openEnvelope(claimed, type, new Set([keyOf(trusted)]), verify);
  return opened.ok ? new TextDecoder().decode(opened.value.payload) : null;
}

function signatureOf(message: Uint8Array, signer: string): Uint8Array {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(signer)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  for (const byte of message) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Uint8Array.of(hash & 255, (hash >>> 8) & 255, (hash >>> 16) & 255, hash >>> 24);
}

function keyOf(signer: string): KeyId {
  return [...new TextEncoder().encode(signer)]
    .map((byte) => byte.toString(16))
    .join('')
    .padEnd(32, '0')
    .slice(0, 32) as KeyId;
}
