import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  envelope,
  fromBase64,
  openEnvelope,
  PAYLOAD_TYPES,
  type PayloadType,
  preAuthenticationEncoding,
  toBase64,
} from './envelope.ts';
import type { KeyId } from './names.ts';

const PAYLOAD = new TextEncoder().encode('{"app":"hello"}');
const [first, second, stranger] = [makeKey(), makeKey(), makeKey()];
const keys = new Map([first, second, stranger].map((key) => [key.id, key.publicKey]));
const trusted = new Set([first.id, second.id]);

function makeKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { id: createHash('sha256').update(spki).digest('hex').slice(0, 32) as KeyId, publicKey, privateKey };
}

function check(id: KeyId, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, keys.get(id) as KeyObject, signature);
}

function seal(signers: readonly ReturnType<typeof makeKey>[], type: PayloadType = PAYLOAD_TYPES.report): Envelope {
  const message = preAuthenticationEncoding(type, PAYLOAD);
  return {
    payloadType: type,
    payload: toBase64(PAYLOAD),
    signatures: signers.map(({ id, privateKey }) => ({ keyid: id, sig: toBase64(sign(null, message, privateKey)) })),
  };
}

const open = (sealed: Envelope, threshold = 1, type: PayloadType = PAYLOAD_TYPES.report) =>
  openEnvelope(sealed, type, trusted, check, threshold);
const codeOf = (outcome: ReturnType<typeof open>) => (outcome.ok ? 'ok' : outcome.problems[0]?.code);

describe('pre-authentication encoding', () => {
  it('is that of the DSSE protocol', () => {
    const text = new TextDecoder().decode(
      preAuthenticationEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world')),
    );
    expect(text).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    const text = new TextDecoder().decode(preAuthenticationEncoding('ü', new TextEncoder().encode('ü')));
    expect(text).toBe('DSSEv1 2 ü 2 ü');
  });
});

describe('opening', () => {
  it('gives the payload and who signed it', () => {
    expect(open(seal([first]))).toEqual({ ok: true, value: { payload: PAYLOAD, signedBy: [first.id] } });
  });

  it('counts different keys towards the threshold', () => {
    expect(codeOf(open(seal([first, second]), 2))).toBe('ok');
    expect(codeOf(open(seal([first]), 2))).toBe('signature_invalid');
  });

  it('does not count one key twice', () => {
    expect(codeOf(open(seal([first, first]), 2))).toBe('signature_invalid');
  });

  it('does not count a stranger', () => {
    expect(codeOf(open(seal([first, stranger]), 2))).toBe('signature_invalid');
    expect(codeOf(open(seal([stranger])))).toBe('key_unknown');
  });

  it('ignores an invalid signature beside enough valid ones', () => {
    const sealed = seal([first, second]);
    const [good, bad] = sealed.signatures as [Envelope['signatures'][0], Envelope['signatures'][0]];
    const broken = { ...sealed, signatures: [{ ...bad, sig: good.sig }, good] };
    expect(open(broken)).toMatchObject({ ok: true, value: { signedBy: [first.id] } });
  });

  it('refuses a signature put under another key id', () => {
    const sealed = seal([stranger]);
    const [signature] = sealed.signatures as [Envelope['signatures'][0]];
    expect(codeOf(open({ ...sealed, signatures: [{ ...signature, keyid: first.id }] }))).toBe('signature_invalid');
  });

  it('refuses a payload that was changed, by any byte', () => {
    for (let i = 0; i < PAYLOAD.length; i++) {
      const changed = PAYLOAD.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(codeOf(open({ ...seal([first]), payload: toBase64(changed) }))).toBe('signature_invalid');
    }
  });

  it('refuses a document of another kind, also when its label is changed', () => {
    const desired = seal([first], PAYLOAD_TYPES.desired);
    expect(codeOf(open(desired))).toBe('envelope_malformed');
    expect(codeOf(open({ ...desired, payloadType: PAYLOAD_TYPES.report }))).toBe('signature_invalid');
  });
});

describe('the form of an envelope', () => {
  const sealed = seal([first]);
  it.each<[string, object]>([
    ['an unknown type', { ...sealed, payloadType: 'text/plain' }],
    ['no signature', { ...sealed, signatures: [] }],
    ['too many signatures', { ...sealed, signatures: Array.from({ length: 17 }, () => sealed.signatures[0]) }],
    ['a payload that is not base64', { ...sealed, payload: 'a b' }],
    ['a key id of another form', { ...sealed, signatures: [{ keyid: 'x', sig: '' }] }],
    ['an extra member', { ...sealed, extra: 1 }],
  ])('%s is refused', (_, value) => {
    expect(envelope.safeParse(value).success).toBe(false);
  });
});

it('base64 carries every byte', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i % 256);
  expect(fromBase64(toBase64(bytes))).toEqual(bytes);
});
