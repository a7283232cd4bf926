import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, webcrypto } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { canonicalJson } from '@wherry/protocol';
import { loadX509 } from '../../ca/x509.ts';

/**
 * A sigstore of one's own: an authority that gives certificates for an hour (Fulcio), the log of those (RFC 6962), and the log of
 * signatures (Rekor), with the trusted root that names their keys. Signs as cosign does.
 */
const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
const OIDC_ISSUER = '1.3.6.1.4.1.57264.1.8';
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const AT_MS = 1_750_000_000_000;
const HOUR_MS = 3_600_000;

export interface Sigstore {
  readonly trustedRoot: string;
  /** A bundle with a certificate and an entry in the log. */
  signAs(who: { subject: string; issuer: string }, content: Uint8Array): Promise<string>;
  /** The log's entry for what a key signed. */
  entryFor(content: Uint8Array, signature: Buffer, verifier: string): object;
}

export async function openSigstore(): Promise<Sigstore> {
  const x509 = await loadX509();
  const fulcio = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(AT_MS - HOUR_MS), notAfter: new Date(AT_MS + HOUR_MS) };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: 'CN=fulcio, O=test',
    keys: fulcio as never,
    signingAlgorithm: P256,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const rekor = logOf('https://rekor.test');
  const ctlog = logOf('https://ctlog.test');

  const entryFor: Sigstore['entryFor'] = (content, signature, verifier) =>
    rekor.entry({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: sha256(content).toString('hex') } },
        signature: { content: signature.toString('base64'), publicKey: { content: verifier } },
      },
    });

  return {
    entryFor,
    trustedRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [rekor.trusted],
      ctlogs: [ctlog.trusted],
      certificateAuthorities: [
        {
          subject: { organization: 'test', commonName: 'fulcio' },
          uri: 'https://fulcio.test',
          certChain: { certificates: [{ rawBytes: Buffer.from(root.rawData).toString('base64') }] },
          validFor: { start: validity.notBefore.toISOString() },
        },
      ],
    }),
    async signAs({ subject, issuer }, content) {
      const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
      const make = (extra: Extension[]) =>
        x509.X509CertificateGenerator.create({
          ...validity,
          serialNumber: '02',
          subject: '',
          issuer: root.subject,
          publicKey: keys.publicKey as never,
          signingKey: fulcio.privateKey as never,
          signingAlgorithm: P256,
          extensions: [
            new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.3']),
            new x509.SubjectAlternativeNameExtension([{ type: 'url', value: subject }], true),
            new x509.Extension(OIDC_ISSUER, false, der(0x0c, Buffer.from(issuer))),
            ...extra,
          ],
        });
      const issuerId = sha256(Buffer.from(root.publicKey.rawData));
      const promised = ctlog.promise(issuerId, tbsOf(Buffer.from((await make([])).rawData)));
      const leaf = await make([new x509.Extension(SCT_LIST, false, der(0x04, vector(vector(promised))))]);
      const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
      const signature = sign('sha256', content, { key: privateKey, format: 'der', type: 'pkcs8' } as never);
      return bundleOf({
        material: { certificate: { rawBytes: Buffer.from(leaf.rawData).toString('base64') } },
        entries: [entryFor(content, signature, Buffer.from(leaf.toString('pem')).toString('base64'))],
        content: messageOf(content, signature),
      });
    },
  };
}

/** A bundle by a key without a certificate, as `cosign sign-blob --key` writes it. */
export function signWithKey(privateKey: KeyObject, content: Uint8Array, entries: object[] = []): string {
  const signature = sign('sha256', content, privateKey);
  return bundleOf({ material: { publicKey: { hint: 'k' } }, entries, content: messageOf(content, signature) });
}

/** As `cosign sign --key` writes it: an attestation about digests. */
export function attestWithKey(
  privateKey: KeyObject,
  digests: readonly string[],
  payloadType = 'application/vnd.in-toto+json',
) {
  const payload = Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: digests.map((digest) => ({ name: '', digest: { sha256: digest.replace('sha256:', '') } })),
      predicateType: 'https://sigstore.dev/cosign/sign/v1',
      predicate: {},
    }),
  );
  const encoded = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} ${payload}`);
  const signatures = [{ sig: sign('sha256', encoded, privateKey).toString('base64'), keyid: '' }];
  const dsseEnvelope = { payload: payload.toString('base64'), payloadType, signatures };
  return bundleOf({ material: { publicKey: { hint: 'k' } }, entries: [], content: { dsseEnvelope } });
}

export function newSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

function bundleOf({ material, entries, content }: { material: object; entries: object[]; content: object }): string {
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { ...material, tlogEntries: entries },
    ...content,
  });
}

function messageOf(content: Uint8Array, signature: Buffer) {
  const messageDigest = { algorithm: 'SHA2_256', digest: sha256(content).toString('base64') };
  return { messageSignature: { messageDigest, signature: signature.toString('base64') } };
}

/** A log with a key; of signatures it holds one at a time. */
function logOf(baseUrl: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const logId = sha256(spki);
  const keyId = logId.toString('base64');
  return {
    trusted: {
      baseUrl,
      hashAlgorithm: 'SHA2_256',
      publicKey: {
        rawBytes: spki.toString('base64'),
        keyDetails: 'PKIX_ECDSA_P256_SHA_256',
        validFor: { start: new Date(0).toISOString() },
      },
      logId: { keyId },
    },
    /** RFC 6962, section 3.2: what the log promises of a certificate that is about to be made. */
    promise(issuerId: Buffer, tbs: Buffer): Buffer {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(AT_MS));
      const length = Buffer.of(tbs.length >> 16, (tbs.length >> 8) & 0xff, tbs.length & 0xff);
      const what = Buffer.concat([Buffer.of(0, 0), time, Buffer.of(0, 1), issuerId, length, tbs, Buffer.of(0, 0)]);
      const signature = sign('sha256', what, privateKey);
      return Buffer.concat([Buffer.of(0), logId, time, Buffer.of(0, 0), Buffer.of(4, 3), vector(signature)]);
    },
    entry(body: { kind: string; apiVersion: string; spec: object }) {
      const bytes = Buffer.from(canonicalJson(body));
      const rootHash = sha256(Buffer.concat([Buffer.of(0), bytes])).toString('base64');
      const integratedTime = AT_MS / 1000;
      const promised = { body: bytes.toString('base64'), integratedTime, logID: logId.toString('hex'), logIndex: 0 };
      const note = `rekor.test\n1\n${rootHash}\n`;
      const noteSignature = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), privateKey)]);
      const set = sign('sha256', Buffer.from(canonicalJson(promised)), privateKey);
      return {
        logIndex: '0',
        logId: { keyId },
        kindVersion: { kind: body.kind, version: body.apiVersion },
        integratedTime: String(integratedTime),
        inclusionPromise: { signedEntryTimestamp: set.toString('base64') },
        inclusionProof: {
          ...{ logIndex: '0', rootHash, treeSize: '1', hashes: [] },
          checkpoint: { envelope: `${note}\n\u2014 rekor.test ${noteSignature.toString('base64')}\n` },
        },
        canonicalizedBody: bytes.toString('base64'),
      };
    },
  };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** TLS: two bytes of length before the bytes. */
function vector(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

function der(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), bytes]);
}

/** The first element of the certificate's sequence, with its head. */
function tbsOf(certificate: Buffer): Buffer {
  const inner = certificate.subarray(headBytes(certificate));
  return inner.subarray(0, headBytes(inner) + lengthOf(inner));
}

function headBytes(element: Buffer): number {
  const first = element[1] ?? 0;
  return first < 128 ? 2 : 2 + (first & 0x7f);
}

function lengthOf(element: Buffer): number {
  const first = element[1] ?? 0;
  return first < 128 ? first : element.readUIntBE(2, first & 0x7f);
}
