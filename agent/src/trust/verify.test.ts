import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { type Envelope, PAYLOAD_TYPES, type PayloadType, preAuthenticationEncoding } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import { makeKeyRing } from './keys.ts';
import { digestOf } from './payload.ts';
import { type DesiredContext, verifyDesired } from './verify-desired.ts';

function makeKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const keyid = createHash('sha256').update(spki).digest('hex').slice(0, 32);
  return { spki: spki.toString('base64'), keyid, privateKey };
}
type Key = ReturnType<typeof makeKey>;

function seal(type: PayloadType, content: unknown, ...keys: readonly Key[]): Envelope {
  const payload = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const message = preAuthenticationEncoding(type, payload);
  const signatures = keys.map(({ keyid, privateKey }) => ({
    keyid,
    sig: sign(null, message, privateKey).toString('base64'),
  }));
  return { payloadType: type, payload: payload.toString('base64'), signatures } as Envelope;
}

function ringOf(...keys: readonly Key[]) {
  const ring = makeKeyRing(keys.map(({ spki }) => spki));
  if (!ring.ok) throw new Error('bad key');
  return ring.value;
}

function codeOf(outcome: { ok: boolean; problems?: readonly { code: string }[] }): string {
  return outcome.ok ? 'ok' : (outcome.problems?.[0]?.code ?? 'none');
}

const [director, second, stranger] = [makeKey(), makeKey(), makeKey()];
const release = `sha256:${'a'.repeat(64)}`;

describe('desired states', () => {
  const workload = { app: 'thermostat', version: '1.0.0', release, config: {}, attempt: 1 };
  const plain = {
    tenant: 'default',
    device: 'pi-1',
    generation: 5,
    issuedAtMs: 1_000,
    expiresAtMs: 9_000,
    workloads: [workload],
    usageEveryMs: 300_000,
  };
  const context: DesiredContext = {
    director: { ring: ringOf(director), threshold: 1 },
    tenant: 'default',
    device: 'pi-1',
    accepted: { generation: 4, digest: release },
    nowMs: 2_000,
  };
  const verify = (patch: object, more: Partial<DesiredContext> = {}, key = director) =>
    verifyDesired(seal(PAYLOAD_TYPES.desired, { ...plain, ...patch }, key), { ...context, ...more });

  test.each<[string, object, Partial<DesiredContext>]>([
    ['ok', {}, {}],
    ['ok', { generation: 0 }, { accepted: null }],
    ['wrong_device', { device: 'pi-2' }, {}],
    ['wrong_device', { tenant: 'other' }, {}],
    ['generation_lower', { generation: 3 }, {}],
    ['conflict', { generation: 4 }, {}],
    ['expired', {}, { nowMs: 9_000 }],
    ['invalid_message', { surprise: 1 }, {}],
    ['invalid_message', { generation: 5.5 }, {}],
    ['invalid_message', { workloads: [workload, workload] }, {}],
    ['invalid_message', { workloads: [{ ...workload, release: 'sha256:../x' }] }, {}],
  ])('%s for %j with %j', (code, patch, more) => {
    expect(codeOf(verify(patch, more))).toBe(code);
  });

  test('the accepted one again is nothing new, also after it has expired', () => {
    const sealed = seal(PAYLOAD_TYPES.desired, plain, director);
    const accepted = { generation: 5, digest: digestOf(Buffer.from(sealed.payload, 'base64')) };
    expect(verifyDesired(sealed, { ...context, accepted, nowMs: 99_000 })).toMatchObject({
      ok: true,
      value: { isNew: false },
    });
  });

  test('other keys, other kinds of document, changed bytes and no envelope at all', () => {
    const sealed = seal(PAYLOAD_TYPES.desired, plain, director);
    expect(codeOf(verify({}, {}, stranger))).toBe('key_unknown');
    const swapped = { ...sealed, payload: seal(PAYLOAD_TYPES.desired, { ...plain, generation: 6 }, stranger).payload };
    expect(codeOf(verifyDesired(swapped, context))).toBe('signature_invalid');
    const retyped = { ...seal(PAYLOAD_TYPES.report, plain, director), payloadType: PAYLOAD_TYPES.desired };
    expect(codeOf(verifyDesired(retyped, context))).toBe('signature_invalid');
    expect(codeOf(verifyDesired(seal(PAYLOAD_TYPES.report, plain, director), context))).toBe('envelope_malformed');
    const large = seal(PAYLOAD_TYPES.desired, 'x'.repeat(300_000), director);
    expect(codeOf(verifyDesired(large, context))).toBe('payload_too_large');
    expect(codeOf(verifyDesired(seal(PAYLOAD_TYPES.desired, 'not json', director), context))).toBe('invalid_message');
    for (const junk of [null, 7, 'x', [], {}, { ...sealed, signatures: [] }, { ...sealed, extra: 1 }])
      expect(codeOf(verifyDesired(junk, context))).toBe('envelope_malformed');
  });

  test('a threshold counts keys, not signatures', () => {
    const both = { director: { ring: ringOf(director, second), threshold: 2 } };
    const sealed = (...keys: readonly Key[]) => seal(PAYLOAD_TYPES.desired, plain, ...keys);
    expect(codeOf(verifyDesired(sealed(director), { ...context, ...both }))).toBe('signature_invalid');
    expect(codeOf(verifyDesired(sealed(director, director), { ...context, ...both }))).toBe('signature_invalid');
    expect(codeOf(verifyDesired(sealed(director, second), { ...context, ...both }))).toBe('ok');
  });
});

test('keys that are not Ed25519 are refused', () => {
  const rsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });
  expect(codeOf(makeKeyRing([rsa.toString('base64')]))).toBe('invalid_body');
  expect(codeOf(makeKeyRing(['AAAA']))).toBe('invalid_body');
});
