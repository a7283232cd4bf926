import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { policyFieldsOf, readPolicy } from './read-policy.ts';

const pem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
const EMPTY = policyFieldsOf(null);

test('several keys and signers are read, and shown as they were', () => {
  const keys = [pem(), pem()];
  const policy = readPolicy({
    keys: `\n${keys.join('\n\n')}`,
    identities: ' Build, of acme,https://id.example \n\n mail@acme.example, https://id.example',
    trustedRoot: '{}',
    transparencyLog: true,
  });
  if (typeof policy === 'string') return expect.fail(policy);
  expect(policy).toEqual({
    keys,
    identities: [
      { subject: 'Build, of acme', issuer: 'https://id.example' },
      { subject: 'mail@acme.example', issuer: 'https://id.example' },
    ],
    trustedRoot: '{}',
    transparencyLog: true,
  });
  expect(readPolicy(policyFieldsOf(policy))).toEqual(policy);
});

test.each([
  ['nobody', EMPTY],
  ['no PEM', { ...EMPTY, keys: 'ssh-ed25519 AAAA' }],
  ['a private key', { ...EMPTY, keys: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----' }],
  ['a signer without a root', { ...EMPTY, identities: 'a, https://id.example' }],
  ['a signer without an issuer', { ...EMPTY, identities: 'a', trustedRoot: '{}' }],
  ['a log without a root', { ...EMPTY, keys: pem(), transparencyLog: true }],
])('%s is no policy', (_, fields) => {
  expect(typeof readPolicy(fields)).toBe('string');
});
