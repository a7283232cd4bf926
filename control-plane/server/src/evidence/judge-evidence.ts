import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import type { TrustMaterial, VerifierOptions } from '@sigstore/verify';
import { type CosignPolicy, type Evidence, type Outcome, refuse, succeed } from '@wherry/protocol';
import { signedDigests } from './signed-digests.ts';
import { readTrustedRoot, type TrustedRoot } from './trusted-root.ts';

/** Holds sigstore bundles against a tenant's policy: without a network, with what is pinned in the policy. */
export interface EvidenceJudge {
  /**
   * The digests that somebody whom the policy names signed for. `content` is the artifact itself, where the bundle signs its bytes.
   * Codes: evidence_invalid, evidence_untrusted.
   */
  judge(evidence: Evidence, content: Uint8Array | null): Outcome<ReadonlySet<string>>;
  /** What the bundle signs directly, to find the artifact; null for one that cannot be read. */
  subject(evidence: Evidence): string | null;
}

const NOTHING: TrustedRoot = {
  mediaType: '',
  certificateAuthorities: [],
  timestampAuthorities: [],
  tlogs: [],
  ctlogs: [],
} as unknown as TrustedRoot;

/** Code: invalid_body, when the policy's keys or trusted root cannot be read. */
export async function openEvidenceJudge(policy: CosignPolicy): Promise<Outcome<EvidenceJudge>> {
  const root = policy.trustedRoot === undefined ? succeed(NOTHING) : readTrustedRoot(policy.trustedRoot);
  if (!root.ok) return root;
  const keys: KeyObject[] = [];
  for (const pem of policy.keys) {
    const key = readKey(pem);
    if (key === null) return refuse('invalid_body', 'a key of the policy is no public key in PEM form');
    keys.push(key);
  }
  // A control plane that asks for no evidence does not load what judges it.
  const [sigstore, { bundleFromJSON }] = await Promise.all([import('@sigstore/verify'), import('@sigstore/bundle')]);
  let material: TrustMaterial;
  try {
    material = sigstore.toTrustMaterial(root.value);
  } catch (error) {
    return refuse('invalid_body', `the trusted root cannot be used: ${(error as Error).message}`);
  }

  function read({ bundle }: Evidence): Bundle | null {
    try {
      return bundleFromJSON(JSON.parse(bundle));
    } catch {
      return null;
    }
  }

  function verify(bundle: Bundle, content: Uint8Array | null): Outcome<void> {
    const isKeyed = bundle.verificationMaterial.content.$case === 'publicKey';
    const entity = sigstore.toSignedEntity(bundle, content === null ? undefined : Buffer.from(content));
    if (!isKeyed) {
      const signer = attempt(() => new sigstore.Verifier(material).verify(entity));
      if (!signer.ok) return signer;
      const { subjectAlternativeName, extensions } = signer.value.identity ?? {};
      const isKnown = policy.identities.some(
        ({ subject, issuer }) => subject === subjectAlternativeName && issuer === extensions?.issuer,
      );
      if (isKnown) return succeed(undefined);
      return refuse(
        'evidence_untrusted',
        `signed by ${subjectAlternativeName} of ${extensions?.issuer}, who is not asked for`,
      );
    }
    const threshold = policy.transparencyLog ? 1 : 0;
    const options: VerifierOptions = { tlogThreshold: threshold, timestampThreshold: threshold, ctlogThreshold: 0 };
    let last: Outcome<void> = refuse(
      'evidence_untrusted',
      'the policy names no key, and the bundle has no certificate',
    );
    for (const publicKey of keys) {
      const trusted = { ...material, publicKey: () => ({ publicKey, validFor: () => true }) };
      const signer = attempt(() => new sigstore.Verifier(trusted, options).verify(entity));
      if (signer.ok) return succeed(undefined);
      last = signer;
    }
    return last;
  }

  return succeed({
    subject(evidence) {
      const bundle = read(evidence);
      return bundle?.content.$case === 'messageSignature' && bundle.content.messageSignature.messageDigest
        ? `sha256:${bundle.content.messageSignature.messageDigest.digest.toString('hex')}`
        : null;
    },
    judge(evidence, content) {
      const bundle = read(evidence);
      if (bundle === null)
        return refuse('evidence_invalid', 'the evidence is no sigstore bundle: give the file as it was written');
      const manifest = evidence.manifest === undefined ? null : Buffer.from(evidence.manifest, 'base64');
      const signed = signedDigests(bundle, manifest, content);
      if (!signed.ok) return signed;
      const verified = verify(bundle, signed.value.bytes);
      return verified.ok ? succeed(signed.value.digests) : verified;
    },
  });
}

/** The library says by exceptions what does not hold. */
function attempt<T>(work: () => T): Outcome<T> {
  try {
    return succeed(work());
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return refuse('evidence_invalid', `${code ?? 'not verified'}: ${message}`);
  }
}

function readKey(pem: string): KeyObject | null {
  try {
    return pem.includes('PRIVATE') ? null : createPublicKey(pem);
  } catch {
    return null;
  }
}
