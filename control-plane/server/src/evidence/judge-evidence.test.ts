import { createHash } from 'node:crypto';
import { cosignPolicy, type Evidence } from '@wherry/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { type EvidenceJudge, openEvidenceJudge } from './judge-evidence.ts';
import { attestWithKey, newSigner, openSigstore, type Sigstore, signWithKey } from './testing/sigstore.ts';

const MODULE = Buffer.from('a module');
const WORKFLOW = {
  subject: 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main',
  issuer: 'https://token.actions.githubusercontent.com',
};
const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const signer = newSigner();
let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await openSigstore();
});

async function judgeBy(policy: object): Promise<EvidenceJudge> {
  const opened = await openEvidenceJudge(cosignPolicy.parse(policy));
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  return opened.value;
}

function result(judge: EvidenceJudge, evidence: Evidence, content: Uint8Array | null = null): string[] {
  const judged = judge.judge(evidence, content);
  return judged.ok ? [...judged.value] : judged.problems.map(({ code }) => code);
}

/** The bundle with one value of it changed. */
function changed(bundle: string, path: readonly (string | number)[], change: (value: never) => unknown): string {
  const document = JSON.parse(bundle);
  const last = path.at(-1) as string;
  const at = path.slice(0, -1).reduce((value, step) => value[step], document);
  at[last] = change(at[last] as never);
  return JSON.stringify(document);
}

const flip = (text: string) => {
  const bytes = Buffer.from(text, 'base64');
  const at = bytes.length - 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
};
const ENTRY = ['verificationMaterial', 'tlogEntries', 0] as const;

describe('a key of the policy', () => {
  const judge = () => judgeBy({ keys: [newSigner().pem, signer.pem] });

  test('signs a blob, an attestation, and a manifest that names the module', async () => {
    const by = await judge();
    expect(result(by, { bundle: signWithKey(signer.privateKey, MODULE) }, MODULE)).toEqual([digestOf(MODULE)]);
    expect(by.subject({ bundle: signWithKey(signer.privateKey, MODULE) })).toBe(digestOf(MODULE));
    const attested = { bundle: attestWithKey(signer.privateKey, [digestOf(MODULE)]) };
    expect(result(by, attested)).toEqual([digestOf(MODULE)]);
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, config: { digest: 'sha256:c' }, layers: [{ digest: digestOf(MODULE) }] }),
    );
    const covered = [digestOf(manifest), 'sha256:c', digestOf(MODULE)];
    const sent = { manifest: manifest.toString('base64') };
    expect(result(by, { ...sent, bundle: signWithKey(signer.privateKey, manifest) })).toEqual(covered);
    expect(result(by, { ...sent, bundle: attestWithKey(signer.privateKey, [digestOf(manifest)]) })).toEqual(covered);
    // A manifest that nobody signed adds nothing.
    expect(result(by, { ...sent, ...attested })).toEqual([digestOf(MODULE)]);
    expect(result(by, { ...sent, bundle: signWithKey(signer.privateKey, MODULE) })).toEqual(['evidence_invalid']);
  });

  test.each([
    ['by another key', () => signWithKey(newSigner().privateKey, MODULE)],
    ['of other content', () => signWithKey(signer.privateKey, Buffer.from('other'))],
    ['changed', () => changed(signWithKey(signer.privateKey, MODULE), ['messageSignature', 'signature'], flip)],
    ['an attestation of another type', () => attestWithKey(signer.privateKey, [digestOf(MODULE)], 'text/plain')],
    [
      'an attestation that was changed',
      () =>
        changed(attestWithKey(signer.privateKey, [digestOf(MODULE)]), ['dsseEnvelope', 'payload'], (text: string) =>
          Buffer.from(
            Buffer.from(text, 'base64')
              .toString()
              .replace(/[0-9a-f]{64}/, '0'.repeat(64)),
          ).toString('base64'),
        ),
    ],
    ['no bundle', () => '{"mediaType":"x"}'],
    ['no JSON', () => '{{'],
  ])('%s is not taken', async (_, bundle) => {
    expect(result(await judge(), { bundle: bundle() }, MODULE)).toEqual(['evidence_invalid']);
  });

  test('must have signed into a log where that is asked for', async () => {
    const by = await judgeBy({ keys: [signer.pem], transparencyLog: true, trustedRoot: sigstore.trustedRoot });
    const bare = signWithKey(signer.privateKey, MODULE);
    expect(result(by, { bundle: bare }, MODULE)).toEqual(['evidence_invalid']);
    const signature = Buffer.from(JSON.parse(bare).messageSignature.signature, 'base64');
    const entry = sigstore.entryFor(MODULE, signature, Buffer.from(signer.pem).toString('base64'));
    const logged = changed(bare, ['verificationMaterial', 'tlogEntries'], () => [entry]);
    expect(result(by, { bundle: logged }, MODULE)).toEqual([digestOf(MODULE)]);
    const stranger = await judgeBy({
      keys: [signer.pem],
      transparencyLog: true,
      trustedRoot: (await openSigstore()).trustedRoot,
    });
    expect(result(stranger, { bundle: logged }, MODULE)).toEqual(['evidence_invalid']);
  });
});

describe('an identity of the policy', () => {
  const judge = (more: object = {}) => judgeBy({ identities: [WORKFLOW], trustedRoot: sigstore.trustedRoot, ...more });

  test('signs with a certificate that the authority gave, logged on both sides, long after it has expired', async () => {
    const bundle = await sigstore.signAs(WORKFLOW, MODULE);
    expect(result(await judge(), { bundle }, MODULE)).toEqual([digestOf(MODULE)]);
  });

  test.each([
    ['another workflow', { ...WORKFLOW, subject: `${WORKFLOW.subject}x` }],
    ['the same name by another provider', { ...WORKFLOW, issuer: 'https://elsewhere.example' }],
  ])('%s is not trusted', async (_, who) => {
    const bundle = await sigstore.signAs(who, MODULE);
    expect(result(await judge(), { bundle }, MODULE)).toEqual(['evidence_untrusted']);
  });

  test('an identity is no pattern', async () => {
    const by = await judge({ identities: [{ ...WORKFLOW, subject: 'https://github.com/acme/app' }] });
    expect(result(by, { bundle: await sigstore.signAs(WORKFLOW, MODULE) }, MODULE)).toEqual(['evidence_untrusted']);
  });

  test('a key does not stand in for it, nor another authority', async () => {
    const by = await judge();
    expect(result(by, { bundle: signWithKey(signer.privateKey, MODULE) }, MODULE)).toEqual(['evidence_untrusted']);
    const elsewhere = await (await openSigstore()).signAs(WORKFLOW, MODULE);
    expect(result(by, { bundle: elsewhere }, MODULE)).toEqual(['evidence_invalid']);
  });

  test.each<[string, readonly (string | number)[], (value: never) => unknown]>([
    ['signature', ['messageSignature', 'signature'], flip],
    ['certificate', ['verificationMaterial', 'certificate', 'rawBytes'], flip],
    ['promise of the log', [...ENTRY, 'inclusionPromise', 'signedEntryTimestamp'], flip],
    ['time of the log', [...ENTRY, 'integratedTime'], () => '1750000001'],
    [
      'proof of the log',
      [...ENTRY, 'inclusionProof', 'checkpoint', 'envelope'],
      (text: string) => text.replace('\n1\n', '\n2\n'),
    ],
    ['body of the entry', [...ENTRY, 'canonicalizedBody'], () => Buffer.from('{}').toString('base64')],
    ['list of entries', ['verificationMaterial', 'tlogEntries'], () => []],
  ])('a changed %s is noticed', async (_, path, change) => {
    const bundle = changed(await sigstore.signAs(WORKFLOW, MODULE), path, change);
    expect(result(await judge(), { bundle }, MODULE)).toEqual(['evidence_invalid']);
  });
});

test('a policy that cannot be judged by is refused', async () => {
  const codes = async (policy: object) => {
    const opened = await openEvidenceJudge(cosignPolicy.parse(policy));
    return opened.ok ? [] : opened.problems.map(({ code }) => code);
  };
  expect(await codes({ keys: ['no key'] })).toEqual(['invalid_body']);
  expect(await codes({ keys: [signer.pem], trustedRoot: '{' })).toEqual(['invalid_body']);
  expect(await codes({ keys: [signer.pem], trustedRoot: '{"tlogs":[{}]}' })).toEqual(['invalid_body']);
  expect(cosignPolicy.safeParse({}).success).toBe(false);
  expect(cosignPolicy.safeParse({ identities: [WORKFLOW] }).success).toBe(false);
});
